import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from './database.ts';

interface Tables {
  items: { name: string; count: number };
}

/** A database under test, which another process can open, too. */
export interface DatabaseUnderTest {
  readonly database: Database;
  another(): Promise<Database>;
  close(): Promise<void>;
}

const table = {
  id: 1,
  up: {
    sqlite: 'CREATE TABLE items (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT',
    postgres: 'CREATE TABLE items (name text PRIMARY KEY, count bigint NOT NULL)',
  },
};

const insert = (name: string, count = 0) => ({
  sql: 'INSERT INTO items (name, count) VALUES (?, ?) RETURNING name, count',
  parameters: [name, count],
});

/** What every adapter of Database must do; each test gets a database of its own. */
export function databaseContract(open: () => Promise<DatabaseUnderTest>): void {
  let subject: DatabaseUnderTest;
  let database: Database;

  beforeEach(async () => {
    subject = await open();
    database = subject.database;
    await database.migrate('test', [table]);
  });

  afterEach(() => subject.close());

  const names = async (from = database) => {
    const rows = await from.reader<Tables>().selectFrom('items').select('name').orderBy('name').execute();
    return rows.map(({ name }) => name);
  };

  describe('as every database', () => {
    it('answers the rows of each statement once they are committed, and reads them typed [EV-27]', async () => {
      const rows = await database.write([insert('a', 1), { sql: 'UPDATE items SET count = 2', parameters: [] }]);
      expect(rows.map((part) => part.map((row) => ({ ...row })))).toEqual([[{ name: 'a', count: 1 }], []]);
      const reader = database.reader<Tables>();
      const item = await reader.selectFrom('items').selectAll().where('name', '=', 'a').executeTakeFirst();
      expect({ ...item }).toEqual({ name: 'a', count: 2 });
      const { rows: sums } = await sql<{ sum: number }>`SELECT sum(count) AS sum FROM items`.execute(reader);
      expect(sums[0]?.sum).toBe(2);
    });

    it('takes a question mark for a parameter, but not inside texts, names and comments [EV-27]', async () => {
      const statement = {
        sql: `INSERT INTO items (name, count) /* who? */ VALUES ('it''s ?' || ?, ?) -- why?
              RETURNING name AS "name?", count`,
        parameters: ['!', 7],
      };
      const [rows] = await database.write([statement]);
      expect({ ...rows?.[0] }).toEqual({ 'name?': "it's ?!", count: 7 });
    });

    it('keeps texts of any characters, and finds them by the same text, or by none [EV-27]', async () => {
      const odd = ['a\u0000b', '\u0000', '🧵 é', "'; DROP TABLE items --", 'x\ud800'];
      await database.write(odd.map((name, index) => insert(name, index)));
      const items = database.reader<Tables>().selectFrom('items');
      for (const [index, name] of odd.entries()) {
        const [row, ...others] = await items.select('count').where('name', '=', name).execute();
        expect({ name, count: row?.count, others }).toEqual({ name, count: index, others: [] });
      }
      expect(await items.select('name').where('name', '=', 'a').execute()).toEqual([]);
      expect(await items.select('name').where('name', 'in', []).execute()).toEqual([]);
      expect(await items.select('name').where('name', 'not in', []).execute()).toHaveLength(odd.length);
    });

    it('keeps nothing of a write whose guard finds another number of rows [EV-27]', async () => {
      const guarded = {
        sql: 'UPDATE items SET count = 9 WHERE name = ?',
        parameters: ['b'],
        guard: { name: 'exists', rows: 1 },
      };
      await expect(database.write([insert('a'), guarded])).rejects.toMatchObject({
        code: 'STORAGE_GUARD_FAILED',
        kind: 'conflict',
        guard: 'exists',
        details: { expected: 1, changed: 0 },
      });
      expect(await names()).toEqual([]);
    });

    it('lets refused writes of a group hurt no other [EV-27]', async () => {
      const results = await Promise.allSettled([
        database.write([insert('a')]),
        database.write([insert('b'), insert('b')]),
        database.write([insert('a')]),
        database.write([{ sql: 'no SQL at all', parameters: [] }]),
        database.write([insert('c'), { ...insert('d'), guard: { name: 'never', rows: 2 } }]),
        database.write([insert('e')]),
      ]);
      const statuses = ['fulfilled', 'rejected', 'rejected', 'rejected', 'rejected', 'fulfilled'];
      expect(results.map(({ status }) => status)).toEqual(statuses);
      expect(results[1]).toMatchObject({ reason: { code: 'STORAGE_STATEMENT_FAILED', kind: 'internal' } });
      expect(await names()).toEqual(['a', 'e']);
    });

    it('lets one write see what the one before it has done, also from another process [EV-27]', async () => {
      const other = await subject.another();
      await database.write([insert('a')]);
      const once = (from: Database) =>
        from.write([{ sql: 'UPDATE items SET count = count + 1', parameters: [], guard: { name: 'one', rows: 1 } }]);
      await Promise.all(Array.from({ length: 40 }, (_, index) => once(index % 2 === 0 ? database : other)));
      expect((await database.write([{ sql: 'SELECT count FROM items', parameters: [] }]))[0]?.[0]?.count).toBe(40);
    });

    it('reads only: a change through the reader is refused [EV-27]', async () => {
      await database.write([insert('a')]);
      await expect(database.reader<Tables>().deleteFrom('items').execute()).rejects.toThrow(/read-?only/);
      expect(await names()).toEqual(['a']);
    });

    it('tells how much room it takes [EV-27]', async () => {
      const before = await database.size();
      await database.write(Array.from({ length: 20 }, (_, index) => insert('x'.repeat(2000) + index)));
      const after = await database.size();
      expect(after.database + after.log).toBeGreaterThan(before.database + before.log);
    });

    it('commits everything asked for before it closes, and closes once [EV-27]', async () => {
      const writes = Array.from({ length: 50 }, (_, index) => database.write([insert(`n${index}`)]));
      const closing = database.close();
      await expect(database.write([insert('late')])).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
      await Promise.all([...writes, closing, database.close()]);
      const again = await subject.another();
      expect(await names(again)).toHaveLength(50);
    });

    describe('migrations', () => {
      const added = { id: 2, up: "ALTER TABLE items ADD COLUMN note TEXT; INSERT INTO items VALUES ('new', 1, 'x')" };

      it('run once, in order, also when several processes start at once [EV-27]', async () => {
        const others = await Promise.all(Array.from({ length: 4 }, () => subject.another()));
        await Promise.all([database, ...others].map((each) => each.migrate('test', [table, added])));
        await database.migrate('test', [table, added]);
        expect(await names()).toEqual(['new']);
      });

      it('leave nothing behind when one of them fails [EV-27]', async () => {
        const broken = { id: 3, up: 'CREATE TABLE half (a INTEGER); not SQL' };
        await expect(database.migrate('test', [table, added, broken])).rejects.toThrow(/syntax error/);
        expect(await names()).toEqual([]);
        await database.migrate('test', [table, added]);
        expect(await names()).toEqual(['new']);
      });

      it('refuse a database of a newer version and leave it alone [EV-27]', async () => {
        await database.migrate('test', [table, added]);
        await expect(database.migrate('test', [table])).rejects.toMatchObject({
          code: 'STORAGE_DATABASE_TOO_NEW',
          details: { module: 'test', known: 1, found: 2 },
        });
        await database.migrate('another', []);
      });
    });
  });
}
