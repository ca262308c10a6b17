import type { Kysely } from 'kysely';
import { toTimestamp } from '../kernel/clock.ts';
import { type Database, type GuardedStatement, GuardFailedError, type Migration } from '../storage/index.ts';
import { keyIdIn, seal, type SealingKey, unseal } from './sealed-secret.ts';
import { type KeySource, sealingKeys } from './sealing-keys.ts';
import type { Delivery, WebhookFilter, WebhookView } from './webhook.ts';
import { TooManyWebhooksError, WebhookNotFoundError } from './webhooks.errors.ts';

interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly filter: string;
  readonly disabled: string | null;
  readonly problem: string | null;
  readonly cursor: number;
  readonly attempt: number;
  readonly failing_since: number | null;
  readonly next_attempt_at: number | null;
  readonly created_at: number;
  readonly created_by: string;
}

interface DeliveryRow {
  readonly id: number;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly task_id: string;
  readonly sequence: number;
  readonly attempt: number;
  readonly at: number;
  readonly duration_ms: number;
  readonly status_code: number | null;
  readonly error: string | null;
}

interface WebhookTables {
  webhooks: WebhookRow;
  webhook_deliveries: DeliveryRow;
}

/** Text that is compared or sorted is so by its bytes, in PostgreSQL too. */
const columns = (integer: string, key: string) => `
  id ${key} PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, filter TEXT NOT NULL, disabled TEXT,
  problem TEXT, cursor ${integer} NOT NULL, attempt ${integer} NOT NULL DEFAULT 0, failing_since ${integer},
  next_attempt_at ${integer}, created_at ${integer} NOT NULL, created_by TEXT NOT NULL`;

/** Ids of deliveries are never given twice. */
const deliveryColumns = (integer: string, key: string) => `
  id ${key}, webhook_id TEXT NOT NULL, event_id TEXT NOT NULL,
  event_type TEXT NOT NULL, task_id TEXT NOT NULL, sequence ${integer} NOT NULL, attempt ${integer} NOT NULL,
  at ${integer} NOT NULL, duration_ms ${integer} NOT NULL, status_code ${integer}, error TEXT`;

const deliveriesOf = 'CREATE INDEX webhook_deliveries_of ON webhook_deliveries (webhook_id, id);';

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE webhooks (${columns('INTEGER', 'TEXT')}) STRICT;
               CREATE TABLE webhook_deliveries (${deliveryColumns('INTEGER', 'INTEGER PRIMARY KEY AUTOINCREMENT')}) STRICT;
               ${deliveriesOf}`,
      postgres: `CREATE TABLE webhooks (${columns('bigint', 'text COLLATE "C"')});
                 CREATE TABLE webhook_deliveries (${deliveryColumns('bigint', 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY')});
                 ${deliveriesOf}`,
    },
  },
];

const guards = { room: 'webhooks.room', exists: 'webhooks.exists' } as const;
const MAX_WEBHOOKS = 100;
/** Attempts that are kept of each webhook. */
const KEPT_DELIVERIES = 500;

/** A webhook with what only the sender needs. */
export interface StoredWebhook extends WebhookView {
  readonly secret: string;
  readonly attempt: number;
}

export type Attempt = Omit<Delivery, 'id' | 'at'> & { readonly at: number };

/** Where webhooks stand: not in the log, as their secrets must not be. Here they are sealed. */
export class WebhookTable {
  private constructor(
    private readonly database: Database,
    private readonly reader: Kysely<WebhookTables>,
    private readonly key: SealingKey,
  ) {}

  /**
   * Brings the table up to date, and seals with today's key what is not. Rejects with WebhookKeyError, SecretNotIntactError
   * or WebhookKeyFileError, and then has changed no secret.
   */
  static async open(database: Database, source: KeySource): Promise<WebhookTable> {
    await database.migrate('webhooks', migrations);
    const reader = database.reader<WebhookTables>();
    const rows = await reader.selectFrom('webhooks').select(['id', 'secret']).execute();
    const keys = await sealingKeys(source, rows);
    const [key] = keys;
    const secrets = rows.map(({ id, secret }) => ({ id, secret, plain: plainOf(keys, secret, id) }));
    const resealed = secrets
      .filter(({ secret }) => keyIdIn(secret) !== key.id)
      .map(({ id, secret, plain }) => ({
        sql: 'UPDATE webhooks SET secret = ? WHERE id = ? AND secret = ?',
        parameters: [seal(key, plain, id), id, secret],
      }));
    if (resealed.length > 0) await database.write(resealed);
    return new WebhookTable(database, reader, key);
  }

  insert(
    row: Pick<WebhookRow, 'id' | 'url' | 'secret' | 'cursor' | 'created_at' | 'created_by'>,
    filter: WebhookFilter,
  ): GuardedStatement {
    return {
      sql: `INSERT INTO webhooks (id, url, secret, filter, cursor, created_at, created_by)
            SELECT ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM webhooks) < ${MAX_WEBHOOKS}`,
      parameters: [
        row.id,
        row.url,
        seal(this.key, row.secret, row.id),
        JSON.stringify(filter),
        row.cursor,
        row.created_at,
        row.created_by,
      ],
      guard: { name: guards.room, rows: 1 },
    };
  }

  remove(id: string): readonly GuardedStatement[] {
    return [
      {
        sql: 'DELETE FROM webhooks WHERE id = ?',
        parameters: [id],
        guard: { name: guards.exists, rows: 1 },
      },
      { sql: 'DELETE FROM webhook_deliveries WHERE webhook_id = ?', parameters: [id] },
    ];
  }

  /** Tries again at once, from where it stands. */
  resume(id: string): GuardedStatement {
    return {
      sql: `UPDATE webhooks SET disabled = NULL, problem = NULL, attempt = 0, failing_since = NULL, next_attempt_at = NULL
            WHERE id = ?`,
      parameters: [id],
      guard: { name: guards.exists, rows: 1 },
    };
  }

  disable(id: string, reason: string): GuardedStatement {
    return {
      sql: 'UPDATE webhooks SET disabled = ?, next_attempt_at = NULL WHERE id = ?',
      parameters: [reason, id],
      guard: { name: guards.exists, rows: 1 },
    };
  }

  /** The event was taken, or is not wanted. */
  async advance(id: string, cursor: number, attempt: Attempt | null): Promise<void> {
    const sql = `UPDATE webhooks SET cursor = ?, problem = NULL, attempt = 0, failing_since = NULL, next_attempt_at = NULL
                 WHERE id = ?`;
    await this.write([{ sql, parameters: [cursor, id] }, ...(attempt ? logged(id, attempt) : [])]);
  }

  async fail(id: string, attempt: Attempt, nextAttemptAt: number): Promise<void> {
    const sql = `UPDATE webhooks SET problem = ?, attempt = ?, failing_since = coalesce(failing_since, ?), next_attempt_at = ?
                 WHERE id = ?`;
    const parameters = [attempt.error, attempt.attempt, attempt.at, nextAttemptAt, id];
    await this.write([{ sql, parameters }, ...logged(id, attempt)]);
  }

  async log(id: string, attempt: Attempt): Promise<void> {
    await this.write(logged(id, attempt));
  }

  async find(id: string): Promise<StoredWebhook> {
    const row = await this.reader.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new WebhookNotFoundError(id);
    return { ...viewOf(row), attempt: row.attempt, secret: unseal([this.key], row.secret, id) };
  }

  /** At most 100. */
  async list(): Promise<readonly WebhookView[]> {
    return (await this.reader.selectFrom('webhooks').selectAll().orderBy('id').execute()).map(viewOf);
  }

  /** The newest first. */
  async deliveries(id: string, before: number | undefined, limit: number): Promise<readonly Delivery[]> {
    let rows = this.reader.selectFrom('webhook_deliveries').selectAll().where('webhook_id', '=', id);
    if (before !== undefined) rows = rows.where('id', '<', before);
    return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(deliveryOf);
  }

  async delivery(id: string, deliveryId: number): Promise<Delivery | null> {
    const row = await this.reader
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('webhook_id', '=', id)
      .where('id', '=', deliveryId)
      .executeTakeFirst();
    return row ? deliveryOf(row) : null;
  }

  /** What the guards of these statements mean. */
  explain(error: unknown, id: string): unknown {
    if (!(error instanceof GuardFailedError)) return error;
    if (error.guard === guards.room) return new TooManyWebhooksError(MAX_WEBHOOKS);
    return error.guard === guards.exists ? new WebhookNotFoundError(id) : error;
  }

  private async write(statements: readonly GuardedStatement[]): Promise<void> {
    await this.database.write(statements);
  }
}

function logged(id: string, attempt: Attempt): readonly GuardedStatement[] {
  const { eventId, eventType, taskId, sequence, at, durationMs, statusCode, error } = attempt;
  return [
    {
      // Not of a webhook that was deleted meanwhile.
      sql: `INSERT INTO webhook_deliveries
              (webhook_id, event_id, event_type, task_id, sequence, attempt, at, duration_ms, status_code, error)
            SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM webhooks WHERE id = ?)`,
      parameters: [id, eventId, eventType, taskId, sequence, attempt.attempt, at, durationMs, statusCode, error, id],
    },
    {
      sql: `DELETE FROM webhook_deliveries WHERE webhook_id = ? AND id <= (
              SELECT id FROM webhook_deliveries WHERE webhook_id = ? ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_DELIVERIES})`,
      parameters: [id, id],
    },
  ];
}

/** A secret of an older version stands in the clear. */
function plainOf(keys: readonly SealingKey[], secret: string, webhookId: string): string {
  return keyIdIn(secret) === null ? secret : unseal(keys, secret, webhookId);
}

function viewOf(row: WebhookRow): WebhookView {
  const { id, url, cursor, disabled } = row;
  return {
    id,
    url,
    cursor,
    ...(JSON.parse(row.filter) as WebhookFilter),
    status: disabled !== null ? 'disabled' : row.failing_since !== null ? 'failing' : 'active',
    problem: disabled ?? row.problem,
    failingSince: row.failing_since === null ? null : toTimestamp(row.failing_since),
    nextAttemptAt: row.next_attempt_at === null ? null : toTimestamp(row.next_attempt_at),
    createdAt: toTimestamp(row.created_at),
    createdBy: row.created_by,
  };
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    eventId: row.event_id,
    eventType: row.event_type,
    taskId: row.task_id,
    sequence: row.sequence,
    attempt: row.attempt,
    at: toTimestamp(row.at),
    durationMs: row.duration_ms,
    statusCode: row.status_code,
    error: row.error,
  };
}
