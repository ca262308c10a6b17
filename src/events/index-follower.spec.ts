import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until } from '../../test/support/orchestrator-bench.ts';
import { describeOnPostgres, temporaryPostgres } from '../../test/support/postgres.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { type Database, PostgresDatabase, SqliteDatabase } from '../storage/index.ts';
import type { StoredEvent } from './event.ts';
import type { SqlEventStore } from './event-store.sql.ts';
import { PostgresEventStore } from './event-store.postgres.ts';
import { SqliteEventStore } from './event-store.sqlite.ts';
import { type FollowedIndex, IndexFollower } from './index-follower.ts';

interface Tables {
  told: { sequence: number };
  told_cursor: { sequence: number };
}

const table = {
  id: 1,
  up: `CREATE TABLE told (sequence BIGINT PRIMARY KEY);
       CREATE TABLE told_cursor (sequence BIGINT NOT NULL); INSERT INTO told_cursor VALUES (0);`,
};

/** A server: a connection of its own to the one database, and what it followed of the log. */
interface Server {
  readonly database: Database;
  readonly events: SqlEventStore;
  readonly follower: IndexFollower;
  readonly refused: unknown[];
  kept: number;
}

const closing: (() => PromiseLike<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function server(database: Database, events: SqlEventStore): Promise<Server> {
  await database.migrate('told', [table]);
  const index: FollowedIndex = {
    types: ['TASK_PAUSED'],
    cursor: async () =>
      Number(
        (await database.reader<Tables>().selectFrom('told_cursor').selectAll().executeTakeFirstOrThrow()).sequence,
      ),
    keep: async (batch: readonly StoredEvent[], from: number, to: number) => {
      const sql = 'UPDATE told_cursor SET sequence = ? WHERE sequence = ?';
      const move = { sql, parameters: [to, from], guard: { name: 'told.cursor', rows: 1 } };
      const tell = ({ sequenceNumber }: StoredEvent) => ({
        sql: 'INSERT INTO told VALUES (?)',
        parameters: [sequenceNumber],
      });
      await database.write([move, ...batch.map(tell)]);
      started.kept += batch.length;
    },
  };
  const refused: unknown[] = [];
  const follower = new IndexFollower(events, index, (error) => refused.push(error));
  const started: Server = { database, events, follower, refused, kept: 0 };
  closing.push(async () => {
    await follower.stop();
    await events.close();
    await database.close();
  });
  return started;
}

async function told({ database }: Server): Promise<readonly number[]> {
  const rows = await database.reader<Tables>().selectFrom('told').selectAll().orderBy('sequence').execute();
  return rows.map(({ sequence }) => Number(sequence));
}

const pause = { eventType: 'TASK_PAUSED', data: { code: 'USER', reason: 'lunch', by: 'ada' } } as const;
const other = { eventType: 'TASK_RESUMED', data: { by: 'ada' } } as const;

async function append({ events }: Server, stream: string): Promise<void> {
  await events.append(stream, [pause, other, pause]);
}

async function pausesOf({ events }: Server): Promise<readonly number[]> {
  const all = await events.readAll({ after: 0, limit: 10_000, types: ['TASK_PAUSED'] });
  return all.map(({ sequenceNumber }) => sequenceNumber);
}

function followersOf(open: () => Promise<readonly [Server, Server]>): void {
  it('tell each event once between two servers, whichever is faster [PL-9, EV-28]', async () => {
    const servers = await open();
    const [one, two] = servers;
    await append(one, 'before');
    for (const { follower } of servers) follower.start();
    for (let round = 0; round < 10; round++) {
      await Promise.all(servers.map((each, index) => append(each, `${index}-${round}`)));
      await Promise.all(servers.map(({ follower }) => follower.catchUp()));
    }
    const pauses = await pausesOf(one);
    expect(pauses).toHaveLength(42);
    expect(await told(two)).toEqual(pauses);
    expect(one.kept + two.kept).toBe(42);
    expect([...one.refused, ...two.refused]).toEqual([]);
  });

  it('tell all of events that are too large to be read together [PL-9, EV-31]', async () => {
    const [one] = await open();
    const reason = 'r'.repeat(1_000_000);
    await one.events.append(
      'a',
      Array.from({ length: 12 }, () => ({ ...pause, data: { ...pause.data, reason } })),
    );
    await append(one, 'b');
    await one.follower.catchUp();
    expect(await told(one)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15]);
  });

  it('go on where a server that ended was, and tell all again where one has begun anew [PL-9]', async () => {
    const [one, two] = await open();
    await append(one, 'a');
    await Promise.all([one.follower.catchUp(), two.follower.catchUp()]);
    await one.follower.stop();
    await append(one, 'b');
    await two.follower.catchUp();
    expect(await told(two)).toEqual(await pausesOf(one));
    await one.database.write([
      { sql: 'DELETE FROM told', parameters: [] },
      { sql: 'UPDATE told_cursor SET sequence = 0', parameters: [] },
    ]);
    await append(one, 'c');
    two.follower.start();
    await until(async () => (await told(two)).length === 6);
    expect(await told(two)).toEqual(await pausesOf(one));
  });
}

describe('followers of a log in SQLite', () => {
  followersOf(async () => {
    const directory = temporaryDirectory();
    closing.push(() => directory[Symbol.dispose]());
    const open = async () => {
      const database = await SqliteDatabase.open({ path: join(directory.path, 'taskloom.db') });
      return server(database, await SqliteEventStore.open({ database }));
    };
    return [await open(), await open()];
  });
});

describeOnPostgres('followers of a log in PostgreSQL', () => {
  followersOf(async () => {
    const place = await temporaryPostgres();
    closing.push(() => place[Symbol.asyncDispose]());
    const open = async () => {
      const database = await PostgresDatabase.open({ url: place.url });
      return server(database, await PostgresEventStore.open({ database }));
    };
    return [await open(), await open()];
  });
});
