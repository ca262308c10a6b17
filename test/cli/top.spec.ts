import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-process.ts';
import { eventually } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A real terminal with a program in it. */
class Tmux implements AsyncDisposable {
  private readonly directory = temporaryDirectory();

  private constructor() {}

  static async start(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<Tmux> {
    const tmux = new Tmux();
    const settings = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value ?? ''}`]);
    // A server of its own, that knows nothing of the user's.
    await tmux.run('-f', '/dev/null', 'new-session', '-d', '-x', '110', '-y', '30', ...settings, ...command);
    await tmux.run('set-option', '-g', 'remain-on-exit', 'on');
    return tmux;
  }

  async press(...keys: string[]): Promise<void> {
    await this.run('send-keys', ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.run('resize-window', '-x', String(columns), '-y', String(rows));
  }

  screen(): Promise<string> {
    return this.run('capture-pane', '-p');
  }

  /** The screen once it is as wanted. */
  shows(pattern: RegExp): Promise<string> {
    return eventually(
      () => this.screen(),
      (screen) => pattern.test(screen),
      20_000,
    );
  }

  isOver(): Promise<boolean> {
    return this.run('display-message', '-p', '#{pane_dead}').then((answer) => answer.trim() === '1');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('kill-server').catch(() => undefined);
    this.directory[Symbol.dispose]();
  }

  private async run(...parameters: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('tmux', ['-S', `${this.directory.path}/socket`, ...parameters], {
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    });
    return stdout;
  }
}

const topIn = (url: string) => Tmux.start([process.execPath, main, 'top', '--server', url], { LANG: 'C.UTF-8' });

(hasTmux ? describe : describe.skip)('taskloom top in a terminal (tmux)', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await runServer();
    for (const id of ['first', 'second']) {
      await taskloom([
        'run',
        `Write ${id}`,
        '--id',
        id,
        '--language',
        'javascript',
        '--detach',
        '--server',
        server.url,
      ]);
    }
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('shows tasks, what they wait for, and what happens; keys steer it [CLI-3]', async () => {
    await using terminal = await topIn(server.url);
    const screen = await terminal.shows(/ connected · [^]*▶ second/);
    expect(screen).toMatch(/Taskloom http:\S+ connected · 3 workers, 0 tasks running, 0 queued/);
    expect(screen).toMatch(/first +awaitingModel +0 % +Write first/);
    await terminal.shows(/Modules of second\n +waits for model/);
    await terminal.press('Down');
    await terminal.shows(/▶ first/);
    await terminal.press('i');
    await terminal.press('-l', 'be brief, q');
    await terminal.shows(/Guidance: be brief, q/);
    await terminal.press('Enter');
    await terminal.shows(/first +user says: be brief, q[^]*first has your guidance/);
    await terminal.press('c');
    await terminal.shows(/Cancel first\?/);
    await terminal.press('n');
    await terminal.press('c');
    await terminal.press('y');
    await terminal.shows(/▶ first +cancelled/);
    await terminal.press('f');
    await terminal.shows(/Tasks, open only \(1\)/);
    await terminal.press('q');
    await eventually(
      () => terminal.isOver(),
      (isOver) => isOver,
    );
  });

  it('fits into a small terminal, and into a larger one again [CLI-3]', async () => {
    await using terminal = await topIn(server.url);
    await terminal.shows(/▶ second/);
    await terminal.resize(50, 12);
    const small = await terminal.shows(/…/);
    const lines = small.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
    expect(small).toMatch(/Events/);
    await terminal.resize(120, 30);
    await terminal.shows(/queued · 1 message workers, 0 busy/);
  });

  it('says that the server is lost, and goes on when it is back [CLI-2, CLI-3]', async () => {
    const directory = temporaryDirectory();
    await using own = await ServerProcess.start({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' });
    await using terminal = await topIn(own.url);
    await terminal.shows(/connected/);
    await own.kill('SIGKILL');
    await terminal.shows(/lost, trying again/);
    await own.start();
    await terminal.shows(/connected/);
    await taskloom(['dispatch', '3 4 +', '--type', 'rpn', '--server', own.url]);
    await terminal.shows(/rpn-1 answered \{"value":7\}/);
  });
});

describe('taskloom top without a terminal', () => {
  it('says so, and answers once with --json [CLI-3]', async () => {
    await using server = await runServer();
    const refused = await taskloom(['top', '--server', server.url]);
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('top needs a terminal') });
    const { out } = await taskloom(['top', '--json', '--server', server.url]);
    expect(JSON.parse(out)).toMatchObject({ tasks: [], workers: [{ id: 'rpn-1' }], health: { status: 'ok' } });
  });
});
