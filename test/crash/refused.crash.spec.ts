import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Compiled } from '../support/compiled.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { LogWatch } from './log-watch.ts';

const program = 'test/crash/patient-appender.ts';
const NOBODY = 65_534;
/** A limit on the size of files needs nobody's leave, only the command that sets it. */
const withLimits = spawnSync('prlimit', ['--version']).status === 0 ? it : it.skip;
/** Root is not bound by the rights of files, and only root can become somebody else. */
const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? it : it.skip;

describe('a process that is refused while it appends', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let compiled: Compiled;
  let path: string;
  let child: ChildProcess;
  let lines: string[];

  beforeEach(() => {
    directory = temporaryDirectory();
    compiled = new Compiled(program);
    mkdirSync(join(directory.path, 'store'));
    path = join(directory.path, 'store', 'events.db');
  });

  afterEach(() => {
    child.kill('SIGKILL');
    compiled[Symbol.dispose]();
    directory[Symbol.dispose]();
  });

  function start(command: readonly string[], options: { readonly uid?: number; readonly gid?: number } = {}): void {
    const [file = '', ...args] = [...command, process.execPath, compiled.path(program), path];
    child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
    lines = [''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const [first = '', ...rest] = text.split('\n');
      lines.push((lines.pop() ?? '') + first, ...rest);
    });
  }

  /** The next line of which this holds. */
  async function next(wanted: (line: string) => boolean): Promise<string> {
    for (let seen = lines.length - 1; ;) {
      const found = lines.slice(seen, -1).find(wanted);
      if (found !== undefined) return found;
      seen = lines.length - 1;
      if (child.stdout) await once(child.stdout, 'data');
    }
  }

  const isRefused = (line: string) => line.startsWith('refused ');
  const isStored = (line: string) => line.startsWith('a ');

  /** Ends the process, and looks whether the log holds what it was told is stored. */
  async function expectHolds(): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'close');
    const watch = new LogWatch(path, compiled);
    watch.expect(lines.slice(0, -1).filter(isStored));
    await watch.check();
    await watch.checkWhole();
  }

  withLimits('goes on by itself when a limit on the size of files is lifted, and reads meanwhile [EV-26]', async () => {
    start(['prlimit', '--fsize=2000000:']);
    const refusal = await next(isRefused);
    const stored = lines.filter(isStored).length;
    expect(stored).toBeGreaterThan(20);
    expect(refusal).toBe(`refused io ${stored}`);
    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:']);
    expect(await next(isStored)).toMatch(new RegExp(`^a ${stored + 1} `));
    await expectHolds();
  });

  asRoot('opens by itself once its user may write to the directory and the file [EV-26]', async () => {
    await new LogWatch(path, compiled).check();
    chmodSync(directory.path, 0o755);
    for (const place of [join(directory.path, 'store'), path]) chmodSync(place, place === path ? 0o644 : 0o755);
    execFileSync('chmod', ['-R', 'a+rX', join(compiled.path('.'))]);
    start([], { uid: NOBODY, gid: NOBODY });
    expect(await next(isRefused)).toBe('refused permission -');
    chmodSync(path, 0o666);
    // The log beside the file cannot be made in a directory of somebody else.
    expect(await next(isRefused)).toBe('refused permission -');
    chownSync(join(directory.path, 'store'), NOBODY, NOBODY);
    expect(await next(isStored)).toMatch(/^a 1 /);
    await expectHolds();
  });
});
