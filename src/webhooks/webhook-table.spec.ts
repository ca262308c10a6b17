import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from '../storage/index.ts';
import { newSecret } from './sign-message.ts';
import { WebhookTable } from './webhook-table.ts';
import { SecretNotIntactError, WebhookKeyError, WebhookKeyFileError } from './webhooks.errors.ts';

interface Tables {
  webhooks: { id: string; secret: string };
}

let directory: ReturnType<typeof temporaryDirectory>;
let database: SqliteDatabase;

beforeEach(async () => {
  directory = temporaryDirectory();
  database = await SqliteDatabase.open({ path: join(directory.path, 'taskloom.db') });
});

afterEach(async () => {
  await database.close();
  directory[Symbol.dispose]();
});

const open = (secretKey?: string) => WebhookTable.open(database, { directory: directory.path, secretKey });
const keyFile = () => join(directory.path, 'webhook-key');
const KEY = 'a text of at least thirty-two bytes';

async function add(table: WebhookTable, id: string, secret = newSecret()): Promise<string> {
  const row = { id, url: 'https://example.com/', secret, cursor: 0, created_at: 0, created_by: 'test' };
  await database.write([table.insert(row, {})]);
  return secret;
}

const storedSecrets = () => database.reader<Tables>().selectFrom('webhooks').select(['id', 'secret']).execute();

describe('the secrets of webhooks (PL-3)', () => {
  it('stand sealed in the database, with a key that is in a file for this user alone [PL-3]', async () => {
    const table = await open();
    const secret = await add(table, 'a');
    expect((statSync(keyFile()).mode & 0o777).toString(8)).toBe('600');
    expect((await table.find('a')).secret).toBe(secret);
    expect((await storedSecrets())[0]?.secret).toMatch(/^sealed:v1:[0-9a-f]{16}:[\w-]+$/);
    for (const name of readdirSync(directory.path)) {
      expect(readFileSync(join(directory.path, name)).includes(secret.slice(6, 30))).toBe(false);
    }
    expect((await (await open()).find('a')).secret).toBe(secret);
    expect(JSON.stringify(await table.list())).not.toMatch(/sealed|whsec/);
  });

  it('are sealed at the start where an older version has left them in the clear [PL-3]', async () => {
    const table = await open();
    const secrets = [await add(table, 'a'), await add(table, 'b')];
    for (const [index, id] of ['a', 'b'].entries()) {
      await database.write([{ sql: 'UPDATE webhooks SET secret = ? WHERE id = ?', parameters: [secrets[index]!, id] }]);
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
    expect(readdirSync(directory.path)).not.toContain('webhook-key');
  });

  it('keep the start from going on with a key that is not theirs, and nothing is changed [PL-3]', async () => {
    await add(await open(KEY), 'a');
    await database.write([
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
    expect(readdirSync(directory.path)).not.toContain('webhook-key');
    await open(KEY);
  });

  it('keep it from going on where the file is no key, or somebody has changed them [PL-3]', async () => {
    const table = await open();
    await add(table, 'a');
    await add(table, 'b');
    const [first] = await storedSecrets();
    await database.write([{ sql: `UPDATE webhooks SET secret = ? WHERE id = 'b'`, parameters: [first?.secret ?? ''] }]);
    await expect(open()).rejects.toThrow(SecretNotIntactError);
    await expect(table.find('b')).rejects.toThrow(SecretNotIntactError);
    for (const content of ['', 'short\n', 'x'.repeat(10_000)]) {
      writeFileSync(keyFile(), content);
      await expect(open()).rejects.toThrow(WebhookKeyFileError);
    }
  });
});
