import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { rebuild, SqliteEventStore, type StoredEvent, type TaskState } from '../../src/events/index.ts';
import '../../src/orchestrator/orchestrator.events.ts';
import '../../src/tasks/tasks.events.ts';
import { type Database, SqliteDatabase } from '../../src/storage/index.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/*
 * Logs as every past version of the program wrote them, with the events and states that it read from them. A new file
 * is added whenever the shape of the log or of an event changes; those that are here are never made anew.
 */
const directory = fileURLToPath(new URL('.', import.meta.url));
const versions = readdirSync(directory).flatMap((name) => /^(log-\d+)\.db\.gz$/.exec(name)?.[1] ?? []);
const unpacked = (name: string) => gunzipSync(readFileSync(join(directory, name)));

/** What states have been given since, as it is where an old log says nothing of it. */
const fieldsOfLater = (calls: number) =>
  ({
    forkedFrom: null,
    deadCode: null,
    approval: 'notNeeded',
    questions: [],
    pause: null,
    usage: { calls, inputTokens: 0, outputTokens: 0, costUsd: 0 },
  }) satisfies Partial<TaskState>;

async function opened<T>(version: string, use: (store: SqliteEventStore, database: Database) => Promise<T>) {
  using place = temporaryDirectory();
  const path = join(place.path, 'taskloom.db');
  writeFileSync(path, unpacked(`${version}.db.gz`));
  const database = await SqliteDatabase.open({ path });
  try {
    return await use(await SqliteEventStore.open({ database }), database);
  } finally {
    await database.close();
  }
}

describe.each(versions)('the log of a past version, %s', (version) => {
  it('is read as it was then, every event of it [EV-25, EV-3]', async () => {
    const lines = unpacked(`${version}.events.jsonl.gz`).toString().trimEnd().split('\n');
    const then = lines.map((line) => JSON.parse(line) as StoredEvent);
    expect(then.length).toBeGreaterThan(50);
    expect(await opened(version, (store) => store.readAll({ after: 0 }))).toEqual(then);
  });

  it('is intact by its own hashes, and goes on [EV-30]', async () => {
    await opened(version, async (store) => {
      const before = await store.lastSequence();
      expect(await store.verifyLog()).toMatchObject({ intact: true, events: before });
      await store.append('waiting-1', [{ eventType: 'USER_INTERVENTION', data: { guidance: 'on', by: 'tester' } }]);
      expect(await store.verifyLog()).toMatchObject({ intact: true, events: before + 1 });
    });
  });

  it('folds into the states of then [EV-40, EV-43]', async () => {
    const then = JSON.parse(unpacked(`${version}.states.json.gz`).toString()) as Record<string, TaskState>;
    await opened(version, async (store) => {
      for (const { taskId } of await store.streams())
        expect(await rebuild(store, taskId)).toEqual({
          ...fieldsOfLater(then[taskId]?.countsByType.MODEL_CALL_COMPLETED ?? 0),
          ...then[taskId],
        });
      expect(Object.keys(then)).toHaveLength((await store.streams()).length);
    });
  });
});
