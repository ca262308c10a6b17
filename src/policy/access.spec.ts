import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { testConfiguration } from '../../test/support/configuration.ts';
import { eventually } from '../../test/support/rest.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from '../storage/index.ts';
import { Access, type Arrival } from './access.ts';
import { KeyStore } from './key-store.ts';
import { principalOf } from './principal.ts';

const ADMIN = 'an-admin-of-the-configuration';
const SECRET = 'a secret of thirty-two bytes or more';
const MINUTE_MS = 60_000;

const arrival = (token: string | undefined, changes: Partial<Arrival> = {}): Arrival => ({
  token,
  isForwarded: false,
  address: () => 'hash',
  otherTokens: 'refuse',
  ...changes,
});

describe('who asks (PL-3)', () => {
  const directory = temporaryDirectory();
  let database: SqliteDatabase;
  let keys: KeyStore;
  let now = Date.UTC(2026, 10, 27);

  beforeAll(async () => {
    database = await SqliteDatabase.open({ path: `${directory.path}/keys.db` });
    keys = await KeyStore.open(database, () => now);
  });

  afterAll(async () => {
    await database.close();
    directory[Symbol.dispose]();
  });

  const failures: unknown[] = [];
  const accessOf = (changes: NodeJS.ProcessEnv = {}) =>
    new Access(
      testConfiguration({ DATA_DIR: directory.path, ...changes }),
      keys,
      (error) => failures.push(error),
      () => now,
    );
  const admitted = (access: Access, token: string | undefined, changes: Partial<Arrival> = {}) =>
    access.admit({}, arrival(token, changes));

  it('is an admin without a key on this machine, unless a key is required or a proxy stands between', async () => {
    expect(await admitted(accessOf(), undefined)).toMatchObject({ role: 'admin', by: 'loopback' });
    expect(await admitted(accessOf(), undefined, { isForwarded: true })).toBeUndefined();
    expect(await admitted(accessOf({ REQUIRE_KEYS: 'on' }), undefined)).toBeUndefined();
    for (const HOST of ['0.0.0.0', '::', '192.0.2.1', 'build-server']) {
      expect([HOST, await admitted(accessOf({ HOST }), undefined)]).toEqual([HOST, undefined]);
    }
    for (const HOST of ['127.0.0.1', '::1', 'localhost']) {
      expect(await admitted(accessOf({ HOST }), undefined)).toMatchObject({ role: 'admin' });
    }
  });

  it('is who a key of the database is for, until it is revoked or expires', async () => {
    const access = accessOf();
    const { key, record } = await keys.create({ name: 'ci', role: 'viewer', createdBy: 'test', expiresAt: null });
    const request = {};
    const principal = { name: 'ci', role: 'viewer', by: 'key', keyId: record.id, expiresAt: null };
    expect(await access.admit(request, arrival(key))).toEqual(principal);
    expect(principalOf(request)).toEqual(principal);
    await keys.revoke(record.id, 'ada');
    await expect(admitted(access, key)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });

    const short = await keys.create({ name: 'short', role: 'admin', createdBy: 'test', expiresAt: now + MINUTE_MS });
    expect(await admitted(access, short.key)).toMatchObject({ role: 'admin', expiresAt: now + MINUTE_MS });
    now += MINUTE_MS;
    await expect(admitted(access, short.key)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
  });

  it('keeps of a key only its hash, and when it was last used to the minute', async () => {
    const { key, record } = await keys.create({ name: 'kept', role: 'viewer', createdBy: 'test', expiresAt: null });
    expect(record.lastUsedAt).toBeNull();
    await admitted(accessOf(), key);
    const kept = await database
      .reader<{ access_keys: Record<string, unknown> }>()
      .selectFrom('access_keys')
      .selectAll()
      .execute();
    expect(JSON.stringify(kept)).toContain(record.id);
    expect(JSON.stringify(kept)).not.toContain(key.slice(`tlk_${record.id}_`.length));
    const used = await eventually(
      () => keys.get(record.id),
      ({ lastUsedAt }) => lastUsedAt !== null,
    );
    expect(used.lastUsedAt).toBe(new Date(now).toISOString());
  });

  it('is who a configured key, the token of workers or a signed token says', async () => {
    const access = accessOf({
      API_KEYS: `viewer:${ADMIN}-no,admin:${ADMIN}`,
      WORKER_TOKEN: 'the-token-of-workers',
      JWT_SECRET: SECRET,
    });
    expect(await admitted(access, ADMIN)).toMatchObject({ name: 'api-keys-2', role: 'admin' });
    expect(await admitted(access, 'the-token-of-workers')).toMatchObject({ role: 'worker', by: 'worker-token' });
    const token = await new SignJWT({ sub: 'ada', role: 'operator', iss: 'taskloom', aud: 'taskloom', iat: now / 1000 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(SECRET));
    expect(await admitted(access, token)).toMatchObject({ name: 'ada', role: 'operator', by: 'token' });
    await expect(admitted(accessOf(), token)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
    expect(await admitted(access, access.ownKey)).toMatchObject({ name: 'own', role: 'admin' });
    await expect(admitted(accessOf(), access.ownKey)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
  });

  it.each(['', 'guess', `tlk_${'0'.repeat(16)}_${'A'.repeat(43)}`, 'a.b.c', 'x'.repeat(10_000), "' OR 1=1 --"])(
    'is nobody with %j, also where no key is needed',
    async (token) => {
      await expect(admitted(accessOf(), token)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
      await expect(admitted(accessOf({ HOST: '0.0.0.0' }), token)).rejects.toMatchObject({
        code: 'ACCESS_KEY_REFUSED',
      });
    },
  );

  it('passes over a text that may be the token of a worker, only where no key is needed', async () => {
    const ignoring = { otherTokens: 'ignore' } as const;
    expect(await admitted(accessOf(), 'some-token', ignoring)).toMatchObject({ by: 'loopback' });
    await expect(admitted(accessOf({ REQUIRE_KEYS: 'on' }), 'some-token', ignoring)).rejects.toMatchObject({
      code: 'ACCESS_KEY_REFUSED',
    });
    const revoked = `tlk_${'0'.repeat(16)}_${'A'.repeat(43)}`;
    await expect(admitted(accessOf(), revoked, ignoring)).rejects.toMatchObject({ code: 'ACCESS_KEY_REFUSED' });
  });

  it('may ask so often under one key, and try so many from one address', async () => {
    const access = accessOf({ API_KEYS: `viewer:${ADMIN}`, RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '3' });
    const outcomes = async (token: string | undefined, changes: Partial<Arrival> = {}) =>
      Promise.all(
        Array.from({ length: 5 }, () =>
          admitted(access, token, changes).then(
            () => 'in',
            ({ code }: { code: string }) => code,
          ),
        ),
      );
    const [limited, refused] = ['ACCESS_RATE_LIMITED', 'ACCESS_KEY_REFUSED'];
    expect(await outcomes(ADMIN)).toEqual(['in', 'in', 'in', limited, limited]);
    expect(await outcomes('guess')).toEqual([refused, refused, refused, limited, limited]);
    expect(await outcomes('guess', { address: () => 'another' })).toContain(refused);
    expect(await outcomes(undefined)).toEqual(['in', 'in', 'in', 'in', 'in']);
  });

  it('is made an admin once, where keys are required and nobody is one', async () => {
    for (const { id } of (await keys.list()).filter(({ role }) => role === 'admin')) await keys.revoke(id, 'ada');
    const required = { HOST: '0.0.0.0' };
    expect(await accessOf().ensureAdmin()).toBeNull();
    expect(await accessOf({ ...required, API_KEYS: `admin:${ADMIN}` }).ensureAdmin()).toBeNull();
    expect(await accessOf({ ...required, JWT_SECRET: SECRET }).ensureAdmin()).toBeNull();
    const key = await accessOf({ ...required, API_KEYS: `operator:${ADMIN}` }).ensureAdmin();
    expect(await admitted(accessOf(required), key ?? '')).toMatchObject({ name: 'first-admin', role: 'admin' });
    expect(await accessOf(required).ensureAdmin()).toBeNull();
  });

  it('is made no second admin, however many keys came and went since', async () => {
    await keys.create({ name: 'admin', role: 'admin', createdBy: 'test', expiresAt: null });
    const revoked = `
      WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 2100)
      INSERT INTO access_keys (id, name, role, hash, created_at, created_by, revoked_at)
      SELECT 'revoked' || number, 'revoked', 'viewer', '', ? + number, 'test', ? FROM numbers`;
    await database.write([{ sql: revoked, parameters: [now, now] }]);
    expect(await accessOf({ HOST: '0.0.0.0' }).ensureAdmin()).toBeNull();
    await database.write([{ sql: "DELETE FROM access_keys WHERE name = 'revoked'", parameters: [] }]);
  });

  it('is told when a key ends what is held under it, and of nobody else', async () => {
    const access = accessOf();
    const ended: string[] = [];
    const hold = async (name: string, expiresAt: number | null) => {
      const { key, record } = await keys.create({ name, role: 'viewer', createdBy: 'test', expiresAt });
      const principal = await admitted(access, key);
      if (principal) access.held.hold(principal, ({ code }) => ended.push(`${name} ${code}`));
      return record;
    };
    const revoked = await hold('revoked', null);
    await hold('expiring', now + MINUTE_MS);
    await hold('staying', null);
    await access.held.look();
    expect(ended).toEqual([]);
    await keys.revoke(revoked.id, 'ada');
    now += MINUTE_MS;
    await access.held.look();
    expect(ended.sort()).toEqual(['expiring ACCESS_KEY_ENDED', 'revoked ACCESS_KEY_ENDED']);
    expect(access.held.size).toBe(1);
    access.held.stop();
    expect(failures).toEqual([]);
  });
});
