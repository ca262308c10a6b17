import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SqliteEventStore } from '../../src/events/index.ts';
import { SqliteDatabase } from '../../src/storage/index.ts';
import { taskloom } from '../support/cli-host.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

jest.setTimeout(60_000);

const golden = fileURLToPath(new URL('../golden/log-1.db.gz', import.meta.url));

describe('the commands that work on the log itself', () => {
  const directory = temporaryDirectory();
  const place = (name: string) => join(directory.path, name);
  const cli = (dataDir: string, ...parameters: string[]) => taskloom(parameters, { env: { DATA_DIR: place(dataDir) } });

  /** A data directory with the log of a real server: a task that is over, one that failed, one that waits. */
  function restored(name: string): string {
    mkdirSync(place(name));
    const path = join(place(name), 'taskloom.db');
    writeFileSync(path, gunzipSync(readFileSync(golden)));
    return path;
  }

  beforeAll(() => void restored('log'));
  afterAll(() => directory[Symbol.dispose]());

  it('export, import and verify: a copy of the log that is the same to the last hash [CLI-1, EV-29]', async () => {
    const exported = await cli('log', 'export', '--out', place('log.jsonl'));
    expect(exported).toMatchObject({ exitCode: 0, err: '' });
    expect(exported.out).toMatch(/^Exported 91 events of 3 tasks, seal 91:[0-9a-f]{64}\.\n$/);
    const seal = /seal (\S+)\./.exec(exported.out)?.[1] ?? '';
    expect(await cli('copy', 'import', place('log.jsonl'))).toMatchObject({
      exitCode: 0,
      out: `Imported 91 events of 3 tasks, seal ${seal}.\n`,
    });
    expect(await cli('copy', 'verify', '--seal', seal)).toMatchObject({
      exitCode: 0,
      out: `The log is intact: 91 events of 3 tasks.\nseal ${seal}\n`,
    });
    const piped = await cli('copy', 'export');
    expect(piped.out).toBe(readFileSync(place('log.jsonl'), 'utf8'));
    expect(piped.err).toContain(`seal ${seal}`);
    expect(JSON.parse((await cli('copy', 'verify', '--json')).out)).toMatchObject({ intact: true, events: 91 });
  });

  it('a server goes on from an imported log: what was over is over, what waited waits [CLI-1, OR-16]', async () => {
    const server = await ServerProcess.start({ DATA_DIR: place('copy'), LLM_PROVIDER: 'delegated' });
    try {
      const { tasks } = (await (await fetch(`${server.url}/tasks`)).json()) as {
        tasks: { taskId: string; status: string }[];
      };
      expect(tasks.map(({ taskId, status }) => [taskId, status])).toEqual([
        ['waiting-1', 'awaitingModel'],
        ['zweite Aufgabe/ü', 'failed'],
        [expect.any(String), 'completed'],
      ]);
      expect(await cli('copy', 'verify')).toMatchObject({ exitCode: 0 });
      expect(await cli('copy', 'import', place('log.jsonl'))).toMatchObject({ exitCode: 1 });
    } finally {
      await server.kill('SIGTERM');
    }
  });

  it('refuse what cannot be done, with the cure, and leave nothing half done [CLI-1, EV-29]', async () => {
    expect(await cli('nowhere', 'verify')).toMatchObject({ exitCode: 2, err: expect.stringContaining('set DATA_DIR') });
    expect(existsSync(place('nowhere'))).toBe(false);
    expect(await cli('log', 'export', '--out', place('log.jsonl'))).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('is there already'),
    });
    expect(await cli('log', 'verify', '--seal', 'nonsense')).toMatchObject({ exitCode: 2 });
    expect(await cli('log', 'export', '--until', 'x')).toMatchObject({ exitCode: 2 });
    expect(await cli('log', 'import', place('log.jsonl'))).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('The store holds 91 events already'),
    });
    const lines = readFileSync(place('log.jsonl'), 'utf8').split('\n');
    writeFileSync(place('damaged.jsonl'), lines.with(40, (lines[40] ?? '').replace('e', 'E')).join('\n'));
    expect(await cli('empty', 'import', place('damaged.jsonl'))).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/line 41 .*Nothing was imported/),
    });
    expect(JSON.parse((await cli('empty', 'verify', '--json')).out)).toMatchObject({ intact: true, events: 0 });
  });

  it('verify and export name an event that was changed [CLI-1, EV-30]', async () => {
    const path = restored('forged');
    const intruder = new DatabaseSync(path);
    intruder.exec(`UPDATE events SET data = replace(data, 'third', 'other') WHERE type = 'TASK_CREATED'`);
    intruder.close();
    const { exitCode, out } = await cli('forged', 'verify');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/event (\d+), event 1 of waiting-1 was changed\. The \d+ events before it are intact/);
    expect(JSON.parse((await cli('forged', 'verify', '--json')).out)).toMatchObject({
      intact: false,
      taskId: 'waiting-1',
      streamSequence: 1,
      problem: 'changed',
    });
    expect(await cli('forged', 'export', '--out', place('forged.jsonl'))).toMatchObject({ exitCode: 1 });
    expect(readdirSync(directory.path).filter((name) => name.startsWith('forged.'))).toEqual([]);
    expect(await cli('forged', 'fsck')).toMatchObject({ exitCode: 1, out: expect.stringContaining('was changed') });
  });

  it('fsck tells what a damaged file has lost, and what is intact can be taken over [EV-25, CLI-1]', async () => {
    expect(await cli('log', 'fsck')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/is sound: 91 events, all as they were written/),
    });
    mkdirSync(place('damaged'));
    const path = join(place('damaged'), 'taskloom.db');
    const database = await SqliteDatabase.open({ path });
    const store = await SqliteEventStore.open({ database });
    for (let index = 0; index < 400; index++) {
      const data = { guidance: `${index} ${'x'.repeat(300)}`, by: 'tester' };
      await store.append(`task-${index % 8}`, [{ eventType: 'USER_INTERVENTION', data }]);
    }
    await database.close();
    const found = readFileSync(path);
    // The page that holds the 200th event is overwritten with nonsense.
    const at = found.lastIndexOf('199 xxx');
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, at - (at % 4096));

    const { exitCode, out } = await cli('damaged', 'fsck');
    expect(exitCode).toBe(1);
    expect(out).toContain('is damaged. Nothing was changed.');
    const lost = /lost: (\d+) of 400 events: (\d+) to (\d+)$/m.exec(out);
    const [, count, from, to] = (lost ?? []).map(Number);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(20);
    expect(from).toBeLessThanOrEqual(200);
    expect(to).toBeGreaterThanOrEqual(200);
    expect(out).toContain('tasks that have lost events: task-');
    expect(out).toContain(`intact: the first ${(from ?? 0) - 1} of 400 events`);
    expect(await cli('damaged', 'verify')).toMatchObject({ exitCode: 1, err: expect.stringContaining('restore it') });

    const intact = place('intact.jsonl');
    expect(await cli('damaged', 'export', '--until', String((from ?? 0) - 1), '--out', intact)).toMatchObject({
      exitCode: 0,
    });
    expect(await cli('rescued', 'import', intact)).toMatchObject({ exitCode: 0 });
    expect(JSON.parse((await cli('rescued', 'verify', '--json')).out)).toMatchObject({
      intact: true,
      events: (from ?? 0) - 1,
    });
  });

  it('fsck leaves a file that is no database as it is [EV-25, CLI-1]', async () => {
    mkdirSync(place('other'));
    writeFileSync(join(place('other'), 'taskloom.db'), 'this is a letter, not a log\n'.repeat(500));
    for (const command of ['fsck', 'verify', 'export']) {
      expect(await cli('other', command)).toMatchObject({
        exitCode: 1,
        err: expect.stringMatching(/not an intact SQLite database\. It was left as it is: restore it from a backup/),
      });
    }
    expect(readFileSync(join(place('other'), 'taskloom.db'), 'utf8')).toBe('this is a letter, not a log\n'.repeat(500));
  });
});
