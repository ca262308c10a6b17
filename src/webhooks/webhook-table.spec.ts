import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeOnEachDatabase, type TestDatabase } from '../../test/support/each-database.ts';
import { newSecret } from './sign-message.ts';
import { type Attempt, WebhookTable } from './webhook-table.ts';
import {
  SecretNotIntactError,
  TooManyWebhooksError,
  WebhookKeyError,
  WebhookKeyFileError,
  WebhookNotFoundError,
  WebhookTakenOverError,
} from './webhooks.errors.ts';

interface Tables {
  webhooks: { id: string; secret: string };
}

const KEY = 'a text of at least thirty-two bytes';
const NOW = Date.UTC(2026, 10, 27, 12);

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  eventId: 'event',
  eventType: 'TASK_CREATED',
  taskId: 'task',
  sequence: 7,
  attempt: 1,
  at: NOW,
  durationMs: 12,
  statusCode: 200,
  error: null,
  ...changes,
});

describeOnEachDatabase('webhooks', (openDatabase) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await openDatabase();
  });

  afterEach(() => place.close());

  const open = (secretKey?: string, database = place.database, instanceId = 'here') =>
    WebhookTable.open(database, { directory: place.directory, secretKey }, instanceId);
  const keyFile = () => join(place.directory, 'webhook-key');

  async function add(table: WebhookTable, id: string, secret = newSecret()): Promise<string> {
    const row = { id, url: 'https://example.com/', secret, cursor: 0, created_at: NOW, created_by: 'test' };
    await place.database.write(table.insert(row, { taskIds: ['é'] }));
    return secret;
  }

  const storedSecrets = () =>
    place.database.reader<Tables>().selectFrom('webhooks').select(['id', 'secret']).orderBy('id').execute();

  describe('how they stand', () => {
    it('is kept: active, failing since the first failure, disabled, and active again [API-1, EV-27]', async () => {
      const table = await open();
      await add(table, 'a');
      const fresh = { id: 'a', status: 'active', problem: null, cursor: 0, failingSince: null, nextAttemptAt: null };
      const created = { taskIds: ['é'], createdAt: new Date(NOW).toISOString(), createdBy: 'test' };
      expect(await table.list()).toEqual([{ ...fresh, ...created, url: 'https://example.com/' }]);
      await table.fail('a', attempt({ statusCode: 503, error: '503' }), NOW + 1000);
      await table.fail('a', attempt({ at: NOW + 1000, attempt: 2, statusCode: null, error: 'no answer' }), NOW + 3000);
      expect(await table.find('a')).toMatchObject({
        status: 'failing',
        problem: 'no answer',
        attempt: 2,
        failingSince: new Date(NOW).toISOString(),
        nextAttemptAt: new Date(NOW + 3000).toISOString(),
      });
      await place.database.write([table.disable('a', 'gone')]);
      expect(await table.find('a')).toMatchObject({ status: 'disabled', problem: 'gone', nextAttemptAt: null });
      await place.database.write([table.resume('a')]);
      expect(await table.find('a')).toMatchObject(fresh);
      // Nobody sends it until somebody takes it up.
      expect(await table.takeOver({ id: 'a', owner: null })).toBe(true);
      await table.advance('a', 7, attempt());
      expect(await table.find('a')).toMatchObject({ ...fresh, cursor: 7, attempt: 0 });
    });

    it('is said by the one instance that sends it: what another still says is refused and leaves nothing [PL-9]', async () => {
      const [here, there] = [await open(KEY), await open(KEY, await place.another(), 'there')];
      await add(here, 'a');
      const held = { id: 'a', owner: 'here' };
      expect(await there.owners()).toEqual([held]);
      await expect(there.advance('a', 3, attempt())).rejects.toThrow(WebhookTakenOverError);
      // Of two that take it over from the same one, one does.
      const taken = await Promise.all([
        there.takeOver(held),
        there.takeOver(held),
        here.takeOver({ ...held, owner: null }),
      ]);
      expect(taken.toSorted()).toEqual([false, false, true]);
      await expect(here.fail('a', attempt({ error: 'late' }), NOW)).rejects.toThrow(WebhookTakenOverError);
      await there.advance('a', 4, attempt({ sequence: 4 }));
      expect((await here.deliveries('a', undefined, 5)).map(({ sequence }) => sequence)).toEqual([4]);
      await here.release();
      expect(await here.owners()).toEqual([{ id: 'a', owner: 'there' }]);
      await there.release();
      expect(await here.owners()).toEqual([{ id: 'a', owner: null }]);
    });

    it('is told page by page of the attempts, each under a number that is never given again [API-1, EV-27]', async () => {
      const table = await open();
      for (const id of ['a', 'b']) await add(table, id);
      for (let index = 1; index <= 3; index++) await table.log('a', attempt({ sequence: index, error: `${index}` }));
      const newest = await table.deliveries('a', undefined, 2);
      expect(newest.map(({ sequence }) => sequence)).toEqual([3, 2]);
      const [last, first] = [newest[0]?.id ?? 0, newest[1]?.id ?? 0];
      expect((await table.deliveries('a', first, 2)).map(({ sequence }) => sequence)).toEqual([1]);
      expect(await table.delivery('a', last)).toMatchObject({ sequence: 3, at: new Date(NOW).toISOString() });
      expect(await table.delivery('b', last)).toBeNull();
      await place.database.write(table.remove('a'));
      // An attempt that comes too late leaves nothing.
      await table.log('a', attempt());
      await table.log('b', attempt());
      expect((await table.deliveries('b', undefined, 2))[0]?.id).toBeGreaterThan(last);
      expect(await table.deliveries('a', undefined, 2)).toEqual([]);
    });

    it('is told of the last 500 attempts of each [API-1, EV-27]', async () => {
      const table = await open();
      for (const id of ['a', 'b']) await add(table, id);
      await table.log('b', attempt());
      await Promise.all(Array.from({ length: 520 }, (_, index) => table.log('a', attempt({ sequence: index }))));
      expect((await table.deliveries('a', undefined, 1000)).map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 500 }, (_, index) => 519 - index),
      );
      expect(await table.deliveries('b', undefined, 1000)).toHaveLength(1);
    });

    it('is for a hundred of them, however many ask at once, and for none that is not there [API-1, PL-9, EV-27]', async () => {
      // An instance on another machine has no file of the key: the key is configured.
      const tables = [await open(KEY), await open(KEY, await place.another())] as const;
      const ids = Array.from({ length: 103 }, (_, index) => `w${String(index).padStart(3, '0')}`);
      const outcomes = await Promise.allSettled(ids.map((id, index) => add(tables[index % 2] ?? tables[0], id)));
      const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      expect(refused.map((error) => tables[0].explain(error, ''))).toEqual(
        Array(3).fill(expect.any(TooManyWebhooksError)),
      );
      expect((await tables[1].list()).map(({ id }) => id)).toEqual(ids.slice(0, 100));
      const missing = await place.database.write(tables[0].remove('none')).catch((error: unknown) => error);
      expect(tables[0].explain(missing, 'none')).toBeInstanceOf(WebhookNotFoundError);
      await expect(tables[1].find('none')).rejects.toThrow(WebhookNotFoundError);
    });
  });

  describe('their secrets (PL-3)', () => {
    it('stand sealed in the database, with a key that is in a file for this user alone [PL-3]', async () => {
      const table = await open();
      const secret = await add(table, 'a');
      expect((statSync(keyFile()).mode & 0o777).toString(8)).toBe('600');
      expect((await table.find('a')).secret).toBe(secret);
      expect((await storedSecrets())[0]?.secret).toMatch(/^sealed:v1:[0-9a-f]{16}:[\w-]+$/);
      for (const name of readdirSync(place.directory)) {
        expect(readFileSync(join(place.directory, name)).includes(secret.slice(6, 30))).toBe(false);
      }
      expect((await (await open()).find('a')).secret).toBe(secret);
      expect(JSON.stringify(await table.list())).not.toMatch(/sealed|whsec/);
    });

    it('are sealed at the start where an older version has left them in the clear [PL-3]', async () => {
      const table = await open();
      const secrets = [await add(table, 'a'), await add(table, 'b')];
      for (const [index, id] of ['a', 'b'].entries()) {
        await place.database.write([
          { sql: 'UPDATE webhooks SET secret = ? WHERE id = ?', parameters: [secrets[index]!, id] },
        ]);
      }
      const again = await open();
      expect((await storedSecrets()).filter(({ secret }) => !secret.startsWith('sealed:'))).toEqual([]);
      expect([(await again.find('a')).secret, (await again.find('b')).secret]).toEqual(secrets);
    });

    it('are sealed anew where a key is configured, and need no file from then on [PL-3]', async () => {
      const secret = await add(await open(), 'a');
      const [before] = await storedSecrets();
      await open(KEY);
      expect((await storedSecrets())[0]?.secret).not.toBe(before?.secret);
      rmSync(keyFile());
      expect((await (await open(KEY)).find('a')).secret).toBe(secret);
      expect(readdirSync(place.directory)).not.toContain('webhook-key');
    });

    it('keep the start from going on with a key that is not theirs, and nothing is changed [PL-3]', async () => {
      await add(await open(KEY), 'a');
      await place.database.write([
        {
          sql: `INSERT INTO webhooks (id, url, secret, filter, cursor, created_at, created_by)
              VALUES ('0', 'https://example.com/', ?, '{}', 0, 0, 'test')`,
          parameters: [newSecret()],
        },
      ]);
      const before = await storedSecrets();
      await expect(open()).rejects.toThrow(WebhookKeyError);
      await expect(open('another text of at least thirty-two')).rejects.toThrow(WebhookKeyError);
      expect(await storedSecrets()).toEqual(before);
      expect(readdirSync(place.directory)).not.toContain('webhook-key');
      await open(KEY);
    });

    it('keep it from going on where the file is no key, or somebody has changed them [PL-3]', async () => {
      const table = await open();
      await add(table, 'a');
      await add(table, 'b');
      const [first] = await storedSecrets();
      await place.database.write([
        { sql: `UPDATE webhooks SET secret = ? WHERE id = 'b'`, parameters: [first?.secret ?? ''] },
      ]);
      await expect(open()).rejects.toThrow(SecretNotIntactError);
      await expect(table.find('b')).rejects.toThrow(SecretNotIntactError);
      for (const content of ['', 'short\n', 'x'.repeat(10_000)]) {
        writeFileSync(keyFile(), content);
        await expect(open()).rejects.toThrow(WebhookKeyFileError);
      }
    });
  });
});
