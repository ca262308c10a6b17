import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { jsonLines } from '../support/cli-process.ts';
import { eventually } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly taskId: string;
}

const sample = fileURLToPath(new URL('../../examples/text-statistics/', import.meta.url));
const { prompt } = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')) as { prompt: string };

describe('taskloom knowledge, after the sample was built (CX-11)', () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;
  const cli = (...parameters: string[]) =>
    taskloom(['knowledge', ...parameters], { env: { TASKLOOM_URL: server.url } });
  const list = async (...parameters: string[]) => jsonLines<Entry>((await cli('list', '--json', ...parameters)).out);

  beforeAll(async () => {
    const LLM_RECORDING = join(sample, 'recording.jsonl');
    server = await ServerProcess.start({ DATA_DIR: directory.path, LLM_PROVIDER: 'replay', LLM_RECORDING });
    expect(await cli('list')).toMatchObject({ exitCode: 0, out: 'nothing was learned yet\n' });
    const run = ['run', prompt, '--language', 'javascript', '--id', 'statistics'];
    expect(await taskloom(run, { env: { TASKLOOM_URL: server.url } })).toMatchObject({ exitCode: 0 });
    // A task teaches within a second of its end.
    await eventually(
      () => list(),
      (entries) => entries.length > 0,
    );
  });

  afterAll(async () => {
    await server.kill('SIGTERM');
    directory[Symbol.dispose]();
  });

  it('lists the modules that were built and the errors that were fixed, and finds them by a text [CX-11]', async () => {
    const all = await list();
    expect(all.filter(({ kind }) => kind === 'pattern')).toHaveLength(4);
    expect(new Set(all.map(({ taskId }) => taskId))).toEqual(new Set(['statistics']));
    expect(await list('--kind', 'fix')).toEqual(all.filter(({ kind }) => kind === 'fix'));
    const [pattern] = all;
    const found = await list(pattern?.title ?? '', '--limit', '1');
    expect(found).toMatchObject([{ title: pattern?.title }]);
    expect((await cli('list', 'quaternion')).out).toBe('nothing fits\n');
    expect((await cli('list', '--kind', 'joke')).exitCode).toBe(2);
  });

  it('shows an entry, puts it right and forgets it [CX-11]', async () => {
    const { id, title } = (await list('--limit', '1'))[0] ?? { id: '', title: '' };
    expect((await cli('show', id)).out).toContain('pattern from statistics');
    expect((await cli('correct', id)).exitCode).toBe(2);
    const corrected = await cli('correct', id, '--text', 'Use the standard library.');
    expect(corrected).toMatchObject({ exitCode: 0 });
    expect(corrected.out).toMatch(/put right by user\nUse the standard library\./);
    expect(corrected.out).toContain(title.slice(0, 20));
    expect((await cli('forget', id)).out).toBe(`${id} is forgotten\n`);
    const gone = await cli('show', id);
    expect(gone.exitCode).toBe(1);
    expect(gone.err).toContain('There is no entry');
  });
});
