import type { Kysely } from 'kysely';
import { type Clock, systemClock, toTimestamp } from '../kernel/clock.ts';
import { isRole, type Role } from '../kernel/roles.ts';
import { type Database, GuardFailedError, type Migration, type SqlValue } from '../storage/index.ts';
import { isKeyOf, newKey } from './api-key.ts';
import { type KeyLedger, SilentKeyLedger } from './key-ledger.ts';
import { KeyNotFoundError, TooManyKeysError } from './policy.errors.ts';

/** What is known of a key: everything but the key. Times are ISO 8601. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  /** Who made it: the name of a key, or `local`. */
  readonly createdBy: string;
  /** To the minute; null: never. */
  readonly lastUsedAt: string | null;
  /** null: it does not expire. */
  readonly expiresAt: string | null;
  /** null: it is not revoked. */
  readonly revokedAt: string | null;
}

export interface NewKeyRequest {
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  /** Milliseconds since 1970; null: never. */
  readonly expiresAt: number | null;
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly hash: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly last_used_at: number | null;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

interface KeyTables {
  access_keys: KeyRow;
}

const columns = (integer: string) => `
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at ${integer} NOT NULL,
  created_by TEXT NOT NULL,
  last_used_at ${integer},
  expires_at ${integer},
  revoked_at ${integer}`;

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE access_keys (${columns('INTEGER')}) STRICT;`,
      postgres: `CREATE TABLE access_keys (${columns('bigint')});`,
    },
  },
];

const MAX_VALID_KEYS = 1000;
const MAX_LISTED_KEYS = 2000;
const USED_EVERY_MS = 60_000;
/** Another process on the same database may revoke a key: so long it is believed here. */
const BELIEVED_MS = 1000;
const MAX_BELIEVED = 2000;
const LIMIT_GUARD = 'policy.keyLimit';
const VALID_GUARD = 'policy.keyValid';

/** That there is a valid key of a role, as `hasValid` has it. */
const someValid = `SELECT 1 FROM access_keys WHERE role = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`;

const insertion = `
  INSERT INTO access_keys (id, name, role, hash, created_at, created_by, last_used_at, expires_at, revoked_at)
  SELECT ?, ?, ?, ?, ?, ?, NULL, ?, NULL
  WHERE (SELECT count(*) FROM access_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)) < ${MAX_VALID_KEYS}`;

/** The keys of the database: kept as hashes, so that who reads the database has none of them. */
export class KeyStore {
  private readonly reader: Kysely<KeyTables>;
  private readonly believed = new Map<string, { readonly row: KeyRow; readonly readAt: number }>();

  private constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ledger: KeyLedger,
  ) {
    this.reader = database.reader<KeyTables>();
  }

  /** Brings its table up to date. */
  static async open(
    database: Database,
    clock: Clock = systemClock,
    ledger: KeyLedger = new SilentKeyLedger(database),
  ): Promise<KeyStore> {
    await database.migrate('keys', migrations);
    return new KeyStore(database, clock, ledger);
  }

  /** A new key, which nobody can be told again. Rejects with TooManyKeysError. */
  async create(request: NewKeyRequest): Promise<{ record: KeyRecord; key: string }> {
    const { id, key } = await this.insert(request, { sql: insertion, more: [] });
    return { record: await this.get(id), key };
  }

  /** The same, unless there is a valid key of this role: of several that ask at once one gets a key, the others null. */
  async createFirst(request: NewKeyRequest): Promise<string | null> {
    const statement = { sql: `${insertion} AND NOT EXISTS (${someValid})`, more: [request.role, this.clock()] };
    try {
      return (await this.insert(request, statement)).key;
    } catch (error) {
      if (error instanceof TooManyKeysError && (await this.hasValid(request.role))) return null;
      throw error;
    }
  }

  private async insert(
    { name, role, createdBy, expiresAt }: NewKeyRequest,
    { sql, more }: { readonly sql: string; readonly more: readonly SqlValue[] },
  ): Promise<{ readonly id: string; readonly key: string }> {
    const { id, key, hash } = newKey();
    const now = this.clock();
    const parameters = [id, name, role, hash, now, createdBy, expiresAt, now, ...more];
    try {
      await this.ledger.commit({ kind: 'created', id, name, role, expiresAt: timestampOf(expiresAt), by: createdBy }, [
        { sql, parameters, guard: { name: LIMIT_GUARD, rows: 1 } },
      ]);
    } catch (error) {
      throw error instanceof GuardFailedError ? new TooManyKeysError(MAX_VALID_KEYS) : error;
    }
    return { id, key };
  }

  /** All keys, also those that are no longer valid, the newest first and at most 2,000. */
  async list(): Promise<readonly KeyRecord[]> {
    const rows = await this.reader
      .selectFrom('access_keys')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(MAX_LISTED_KEYS)
      .execute();
    return rows.map(recordOf);
  }

  /** Rejects with KeyNotFoundError. */
  async get(id: string): Promise<KeyRecord> {
    const row = await this.rowOf(id);
    if (!row) throw new KeyNotFoundError(id);
    return recordOf(row);
  }

  /** The key is good for nothing from now on, here at once and elsewhere within a second. Safe to repeat. Rejects with KeyNotFoundError. */
  async revoke(id: string, by: string): Promise<KeyRecord> {
    const { name, revokedAt } = await this.get(id);
    const sql = 'UPDATE access_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL';
    const statement = { sql, parameters: [this.clock(), id], guard: { name: VALID_GUARD, rows: 1 } };
    try {
      if (revokedAt === null) await this.ledger.commit({ kind: 'revoked', id, name, by }, [statement]);
    } catch (error) {
      // Somebody else has revoked it meanwhile.
      if (!(error instanceof GuardFailedError)) throw error;
    } finally {
      this.believed.delete(id);
    }
    return this.get(id);
  }

  /** Whether there is a valid key of this role. */
  async hasValid(role: Role): Promise<boolean> {
    const found = await this.reader
      .selectFrom('access_keys')
      .select('id')
      .where('role', '=', role)
      .where('revoked_at', 'is', null)
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', this.clock())]))
      .limit(1)
      .executeTakeFirst();
    return found !== undefined;
  }

  /** What is known of the valid key with this id whose text this is; null for every other. */
  async check(id: string, text: string): Promise<KeyRecord | null> {
    const row = await this.believedRow(id);
    if (!row || !isKeyOf(row.hash, text)) return null;
    const record = recordOf(row);
    return isValid(record, this.clock()) ? record : null;
  }

  async isValid(id: string): Promise<boolean> {
    const row = await this.believedRow(id);
    return row !== null && isValid(recordOf(row), this.clock());
  }

  /** Remembers that a key was used, once a minute. */
  async used({ id, lastUsedAt }: KeyRecord): Promise<void> {
    const now = this.clock();
    if (lastUsedAt !== null && now - Date.parse(lastUsedAt) < USED_EVERY_MS) return;
    const known = this.believed.get(id);
    if (known) this.believed.set(id, { ...known, row: { ...known.row, last_used_at: now } });
    await this.database.write([{ sql: 'UPDATE access_keys SET last_used_at = ? WHERE id = ?', parameters: [now, id] }]);
  }

  private async believedRow(id: string): Promise<KeyRow | null> {
    const known = this.believed.get(id);
    if (known && performance.now() - known.readAt < BELIEVED_MS) return known.row;
    const readAt = performance.now();
    const row = await this.rowOf(id);
    this.believed.delete(id);
    if (!row) return null;
    this.believed.set(id, { row, readAt });
    for (const oldest of this.believed.keys()) {
      if (this.believed.size <= MAX_BELIEVED) break;
      this.believed.delete(oldest);
    }
    return row;
  }

  private async rowOf(id: string): Promise<KeyRow | null> {
    return (await this.reader.selectFrom('access_keys').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }
}

function isValid({ expiresAt, revokedAt }: KeyRecord, now: number): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now);
}

function recordOf(row: KeyRow): KeyRecord {
  const { id, name, role } = row;
  // What no version of this server has written gives no rights.
  if (!isRole(role)) throw new Error(`The key ${id} in the database has the unknown role ${JSON.stringify(role)}.`);
  return {
    id,
    name,
    role,
    createdAt: toTimestamp(Number(row.created_at)),
    createdBy: row.created_by,
    lastUsedAt: timestampOf(row.last_used_at),
    expiresAt: timestampOf(row.expires_at),
    revokedAt: timestampOf(row.revoked_at),
  };
}

function timestampOf(ms: number | null): string | null {
  return ms === null ? null : toTimestamp(Number(ms));
}
