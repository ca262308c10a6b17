import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// A dozen processes one after the other, and on a busy machine each takes a second or two.
jest.setTimeout(90_000);

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const itWithCurl = spawnSync('curl', ['--version']).status === 0 ? it : it.skip;

/** The one block of the README that starts with these words. */
function block(start: string): string {
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const [found, ...more] = blocks.filter((text) => text.startsWith(start));
  if (!found || more.length > 0) throw new Error(`README.md has not exactly one block that starts with ${start}`);
  return found;
}

/** The command in backticks that starts with these words. */
function command(start: string): string {
  const found = [...readme.matchAll(/`([^`\n]+)`/g)].find(([, text = '']) => text.startsWith(start))?.[1];
  if (!found) throw new Error(`README.md has no command that starts with ${start}`);
  return found;
}

describe('README.md, followed word for word', () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;

  beforeAll(async () => {
    server = await ServerProcess.start({ DATA_DIR: join(directory.path, 'data'), LLM_PROVIDER: 'delegated' });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    directory[Symbol.dispose]();
  });

  /** Runs commands of the page in a shell: npx is the built program, and the server is where it is in this test. */
  function follow(commands: string): Promise<{ status: number | null; out: string }> {
    const npx = `npx() { shift; "${process.execPath}" "${join(root, 'dist/main.js')}" "$@"; }\n`;
    const there = commands.replaceAll('http://127.0.0.1:9876', server.url);
    const { PATH, HOME } = process.env;
    const child = spawn('bash', ['-c', npx + there], {
      cwd: directory.path,
      env: { PATH, HOME, TASKLOOM_URL: server.url },
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (out += String(chunk)));
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, out })));
  }

  itWithCurl('creates its task by curl, and whoever claims the question completes it [PL-10, LM-7]', async () => {
    const created = await follow(block('curl -s http://127.0.0.1:9876/tasks '));
    expect(created.out).toContain('"taskId":"slugify-1"');
    expect(created.out).toContain('"eventType":"TASK_CREATED"');

    const claimed = await follow(command('npx taskloom work claim'));
    const [, item = '', token = ''] = /taskloom work answer (\S+) --lease (\S+) answer\.json/.exec(claimed.out) ?? [];
    expect(item).not.toBe('');
    const answer = command('npx taskloom work answer').replace('<item>', item).replace('<token>', token);

    writeFileSync(join(directory.path, 'answer.json'), JSON.stringify({ path: 'src/other.js', code: 'x' }));
    const refused = await follow(answer);
    expect(refused.status).toBe(1);
    expect(refused.out).toContain('path');

    const code = `export const slugify = (title) => title.toLowerCase().trim().split(/\\s+/).join('-');\n`;
    writeFileSync(join(directory.path, 'answer.json'), JSON.stringify({ path: 'src/slugify.js', code }));
    expect(await follow(answer)).toMatchObject({ status: 0 });
    const watched = await follow(command('npx taskloom watch').replace('<id>', 'slugify-1'));
    expect(watched).toMatchObject({ status: 0, out: expect.stringContaining('completed') });

    const files = block('npx taskloom run')
      .split('\n')
      .find((line) => line.startsWith('npx taskloom files'));
    expect(await follow(files?.replace('<id>', 'slugify-1') ?? 'false')).toMatchObject({ status: 0 });
    expect(readFileSync(join(directory.path, 'result/src/slugify.js'), 'utf8')).toBe(code);

    const why = await follow(`set -e\n${block('npx taskloom diff')}`);
    expect(why).toMatchObject({
      status: 0,
      out: expect.stringMatching(/added .*src\/slugify\.js\n[^]*causes +1 TASK_CREATED →/),
    });

    const branch = await follow(`set -e\n${block('npx taskloom replay')}`);
    expect(branch).toMatchObject({
      status: 0,
      out: expect.stringMatching(/slugify-2 goes on with event 5, TASK_FORKED/),
    });
  });

  it('has every other command of the terminal accepted [PL-10]', async () => {
    const detached = await follow(command('npx taskloom run').replace('…', 'Write a word counter'));
    expect(detached).toMatchObject({ status: 0, out: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
    const run = block('npx taskloom run').split('\n')[0] ?? 'false';
    expect(await follow(`${run} --detach`)).toMatchObject({ status: 0 });
  });
});
