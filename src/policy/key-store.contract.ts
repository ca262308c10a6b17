import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Role, roles } from '../kernel/roles.ts';
import type { Database } from '../storage/index.ts';
import { keyIdIn, newKey } from './api-key.ts';
import { KeyStore, type NewKeyRequest } from './key-store.ts';

/** An empty database, which another process can open, too. */
export interface KeyDatabase {
  readonly database: Database;
  another(): Promise<Database>;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

/** What the keys must do on every database. */
export function keyStoreContract(open: () => Promise<KeyDatabase>): void {
  let place: KeyDatabase;
  let keys: KeyStore;
  // Beyond 32 bits, as all times are.
  let now = Date.UTC(2026, 10, 27, 12);
  const clock = () => now;

  beforeEach(async () => {
    place = await open();
    keys = await KeyStore.open(place.database, clock);
  });

  afterEach(() => place.close());

  const request = (changes: Partial<NewKeyRequest> = {}): NewKeyRequest => ({
    name: 'ci',
    role: 'viewer',
    createdBy: 'test',
    expiresAt: null,
    ...changes,
  });

  it('answers for a key all that is known of it, and nothing for any other text [PL-3]', async () => {
    const expiresAt = now + MINUTE_MS;
    const { record, key } = await keys.create(request({ name: 'Ünïcode 🔑', role: 'operator', expiresAt }));
    expect(record).toEqual({
      id: keyIdIn(key),
      name: 'Ünïcode 🔑',
      role: 'operator',
      createdAt: new Date(now).toISOString(),
      createdBy: 'test',
      lastUsedAt: null,
      expiresAt: new Date(expiresAt).toISOString(),
      revokedAt: null,
    });
    expect(await keys.check(record.id, key)).toEqual(record);
    expect(await keys.check(record.id, `${key}x`)).toBeNull();
    expect(await keys.check(record.id, newKey().key)).toBeNull();
    expect(await keys.check('nobody', key)).toBeNull();
    await expect(keys.get('nobody')).rejects.toMatchObject({ code: 'ACCESS_KEY_UNKNOWN' });
    await expect(keys.revoke('nobody', 'ada')).rejects.toMatchObject({ code: 'ACCESS_KEY_UNKNOWN' });
  });

  it('keeps no key, but its hash [PL-3]', async () => {
    const { key, record } = await keys.create(request());
    const rows = await place.database.reader<{ access_keys: object }>().selectFrom('access_keys').selectAll().execute();
    expect(JSON.stringify(rows)).toContain(record.id);
    expect(JSON.stringify(rows)).not.toContain(key.slice(`tlk_${record.id}_`.length));
  });

  it('takes an expired or revoked key for none, and tells so again and again [PL-3]', async () => {
    const short = await keys.create(request({ expiresAt: now + MINUTE_MS }));
    const long = await keys.create(request());
    now += MINUTE_MS;
    expect([await keys.isValid(short.record.id), await keys.isValid(long.record.id)]).toEqual([false, true]);
    expect(await keys.check(short.record.id, short.key)).toBeNull();
    const revoked = await keys.revoke(long.record.id, 'ada');
    now += MINUTE_MS;
    expect(await keys.revoke(long.record.id, 'ada')).toEqual(revoked);
    expect(await keys.check(long.record.id, long.key)).toBeNull();
  });

  it('remembers to the minute when a key was used [PL-3]', async () => {
    const { record } = await keys.create(request());
    await keys.used(record);
    const first = await keys.get(record.id);
    expect(first.lastUsedAt).toBe(new Date(now).toISOString());
    now += MINUTE_MS - 1;
    await keys.used(first);
    expect(await keys.get(record.id)).toEqual(first);
    now += 1;
    await keys.used(first);
    expect((await keys.get(record.id)).lastUsedAt).toBe(new Date(now).toISOString());
  });

  it('knows whether there is a valid key of a role, whatever else there is [PL-3]', async () => {
    const step = fc.record({ role: fc.constantFrom(...roles), end: fc.constantFrom('none', 'revoked', 'expired') });
    const valid = new Set<Role>();
    await fc.assert(
      fc.asyncProperty(step, async ({ role, end }) => {
        const { record } = await keys.create(request({ role, expiresAt: end === 'expired' ? now : null }));
        if (end === 'revoked') await keys.revoke(record.id, 'ada');
        if (end === 'none') valid.add(role);
        for (const each of roles) expect([each, await keys.hasValid(each)]).toEqual([each, valid.has(each)]);
      }),
      { numRuns: 15 },
    );
  });

  it('lists the newest first, also of one moment always in the same order [PL-3]', async () => {
    for (let index = 0; index < 4; index++) {
      await keys.create(request({ name: `k${index}` }));
      if (index !== 1) now += 1;
    }
    const listed = await keys.list();
    const times = listed.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(await keys.list()).toEqual(listed);
    expect(listed).toHaveLength(4);
  });

  it('makes no more than a thousand valid keys, however many ask at once; revoked ones make room [PL-3]', async () => {
    const columns = 'id, name, role, hash, created_at, created_by, last_used_at, expires_at, revoked_at';
    const many = Array.from({ length: 995 }, (_, index) => ({
      sql: `INSERT INTO access_keys (${columns}) VALUES (?, 'n', 'viewer', 'h', ?, 'test', NULL, NULL, NULL)`,
      parameters: [`filler-${index}`, now],
    }));
    await place.database.write(many);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => keys.create(request())));
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(5);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'ACCESS_KEY_LIMIT' });
    await keys.revoke('filler-0', 'ada');
    await keys.create(request());
    await expect(keys.create(request())).rejects.toMatchObject({ code: 'ACCESS_KEY_LIMIT' });
  });

  it('is the first of its role for one of several processes that start at once, and again once it is revoked [PL-3, PL-9]', async () => {
    const stores = [keys, await KeyStore.open(await place.another(), clock)];
    await keys.create(request());
    const first = request({ role: 'admin' });
    const made = await Promise.all([...stores, ...stores].map((store) => store.createFirst(first)));
    expect(made.filter((key) => key !== null)).toHaveLength(1);
    const admins = (await keys.list()).filter(({ role }) => role === 'admin');
    expect(admins).toHaveLength(1);
    await keys.revoke(admins[0]?.id ?? '', 'ada');
    expect(await stores[1]?.createFirst(first)).toMatch(/./);
  });

  it('is one for several processes: what one makes or revokes holds for the other [PL-3, PL-9]', async () => {
    const other = await KeyStore.open(await place.another(), clock);
    const { key, record } = await keys.create(request());
    expect(await other.check(record.id, key)).toEqual(record);
    await keys.revoke(record.id, 'ada');
    expect((await other.get(record.id)).revokedAt).not.toBeNull();
    // Believed here for up to a second since it was looked at.
    const deadline = performance.now() + 5000;
    while ((await other.isValid(record.id)) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await other.check(record.id, key)).toBeNull();
  });
}
