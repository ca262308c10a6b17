import type { Kysely } from 'kysely';
import { type Database, type GuardedStatement, GuardFailedError } from '../storage/index.ts';
import { keyIdIn, seal, type SealingKey, unseal } from './sealed-secret.ts';
import { type KeySource, sealingKeys } from './sealing-keys.ts';
import type { Delivery, WebhookFilter, WebhookView } from './webhook.ts';
import { deliveryOf, viewOf, webhookMigrations, type WebhookRow, type WebhookTables } from './webhook-schema.ts';
import {
  TooManyWebhooksError,
  WebhookKeyDiffersError,
  WebhookNotFoundError,
  WebhookTakenOverError,
} from './webhooks.errors.ts';

const guards = {
  room: 'webhooks.room',
  exists: 'webhooks.exists',
  key: 'webhooks.key',
  owner: 'webhooks.owner',
} as const;
const MAX_WEBHOOKS = 100;
/** Attempts that are kept of each webhook. */
const KEPT_DELIVERIES = 500;

/** A webhook with what only the sender needs. */
export interface StoredWebhook extends WebhookView {
  readonly secret: string;
  readonly attempt: number;
  /** The instance that sends it. */
  readonly owner: string | null;
}

export type Attempt = Omit<Delivery, 'id' | 'at'> & { readonly at: number };

/** Which instance sends a webhook. */
export interface WebhookOwner {
  readonly id: string;
  /** Null: nobody does. */
  readonly owner: string | null;
}

/**
 * Where webhooks stand: not in the log, as their secrets must not be. Here they are sealed. Each is sent by the instance
 * that owns its row; what another one still says of it is refused with WebhookTakenOverError.
 */
export class WebhookTable {
  private constructor(
    private readonly database: Database,
    private readonly reader: Kysely<WebhookTables>,
    private readonly key: SealingKey,
    /** This instance. */
    readonly instanceId: string,
  ) {}

  /**
   * Brings the table up to date, and seals with today's key what is not. Rejects with WebhookKeyError, WebhookKeyDiffersError,
   * SecretNotIntactError or WebhookKeyFileError, and then has changed no secret.
   */
  static async open(database: Database, source: KeySource, instanceId: string): Promise<WebhookTable> {
    await database.migrate('webhooks', webhookMigrations);
    const reader = database.reader<WebhookTables>();
    const rows = await reader.selectFrom('webhooks').select(['id', 'secret']).execute();
    const agreed = await reader.selectFrom('webhook_sealing').select('key_id').executeTakeFirst();
    // SQLite has one instance at a time: whichever key is there is the key.
    const others = database.dialect === 'postgres' ? (agreed?.key_id ?? null) : null;
    const keys = await sealingKeys(source, rows, others);
    const [key] = keys;
    const secrets = rows.map(({ id, secret }) => ({ id, secret, plain: plainOf(keys, secret, id) }));
    const resealed = secrets
      .filter(({ secret }) => keyIdIn(secret) !== key.id)
      .map(({ id, secret, plain }) => ({
        sql: 'UPDATE webhooks SET secret = ? WHERE id = ? AND secret = ?',
        parameters: [seal(key, plain, id), id, secret],
      }));
    // Two that start at once would each have made a key: the first one's counts.
    const isOurs = source.secretKey !== undefined || database.dialect === 'sqlite';
    const agree = isOurs ? 'DO UPDATE SET key_id = excluded.key_id' : 'DO UPDATE SET key_id = webhook_sealing.key_id';
    const [sealing] = await database.write([
      {
        sql: `INSERT INTO webhook_sealing (id, key_id) VALUES (1, ?) ON CONFLICT (id) ${agree} RETURNING key_id`,
        parameters: [key.id],
      },
    ]);
    if (sealing?.[0]?.key_id !== key.id) throw new WebhookKeyDiffersError();
    if (resealed.length > 0) await database.write(resealed);
    return new WebhookTable(database, reader, key, instanceId);
  }

  /** To be committed with the fact that there is one; it belongs to this instance. */
  insert(
    row: Pick<WebhookRow, 'id' | 'url' | 'secret' | 'cursor' | 'created_at' | 'created_by'>,
    filter: WebhookFilter,
  ): readonly GuardedStatement[] {
    return [
      {
        // Another instance may seal with another key since.
        sql: 'UPDATE webhook_sealing SET key_id = key_id WHERE key_id = ?',
        parameters: [this.key.id],
        guard: { name: guards.key, rows: 1 },
      },
      {
        sql: `INSERT INTO webhooks (id, url, secret, filter, cursor, created_at, created_by, owner)
              SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM webhooks) < ${MAX_WEBHOOKS}`,
        parameters: [
          row.id,
          row.url,
          seal(this.key, row.secret, row.id),
          JSON.stringify(filter),
          row.cursor,
          row.created_at,
          row.created_by,
          this.instanceId,
        ],
        guard: { name: guards.room, rows: 1 },
      },
    ];
  }

  /** Who sends which of those that are not disabled. */
  async owners(): Promise<readonly WebhookOwner[]> {
    return this.reader.selectFrom('webhooks').select(['id', 'owner']).where('disabled', 'is', null).execute();
  }

  /** Makes this instance the sender of a webhook that had this owner, as long as it has. False: somebody was faster. */
  async takeOver({ id, owner }: WebhookOwner): Promise<boolean> {
    const [rows = []] = await this.database.write([
      {
        sql: `UPDATE webhooks SET owner = ? WHERE id = ? AND disabled IS NULL AND coalesce(owner, '') = ? RETURNING id`,
        parameters: [this.instanceId, id, owner ?? ''],
      },
    ]);
    return rows.length > 0;
  }

  /** Whatever this instance sent others may send. */
  async release(): Promise<void> {
    await this.write([{ sql: 'UPDATE webhooks SET owner = NULL WHERE owner = ?', parameters: [this.instanceId] }]);
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
      sql: 'UPDATE webhooks SET disabled = ?, next_attempt_at = NULL, owner = NULL WHERE id = ?',
      parameters: [reason, id],
      guard: { name: guards.exists, rows: 1 },
    };
  }

  /** The event was taken, or is not wanted. */
  async advance(id: string, cursor: number, attempt: Attempt | null): Promise<void> {
    const change = 'cursor = ?, problem = NULL, attempt = 0, failing_since = NULL, next_attempt_at = NULL';
    await this.asOwner(id, change, [cursor], attempt);
  }

  async fail(id: string, attempt: Attempt, nextAttemptAt: number): Promise<void> {
    const change = 'problem = ?, attempt = ?, failing_since = coalesce(failing_since, ?), next_attempt_at = ?';
    await this.asOwner(id, change, [attempt.error, attempt.attempt, attempt.at, nextAttemptAt], attempt);
  }

  async log(id: string, attempt: Attempt): Promise<void> {
    await this.write(logged(id, attempt));
  }

  async find(id: string): Promise<StoredWebhook> {
    const row = await this.reader.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new WebhookNotFoundError(id);
    return { ...viewOf(row), attempt: row.attempt, owner: row.owner, secret: unseal([this.key], row.secret, id) };
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
    if (error.guard === guards.key) return new WebhookKeyDiffersError();
    if (error.guard === guards.room) return new TooManyWebhooksError(MAX_WEBHOOKS);
    return error.guard === guards.exists ? new WebhookNotFoundError(id) : error;
  }

  private async asOwner(
    id: string,
    change: string,
    parameters: GuardedStatement['parameters'],
    attempt: Attempt | null,
  ): Promise<void> {
    const update = {
      sql: `UPDATE webhooks SET ${change} WHERE id = ? AND owner = ?`,
      parameters: [...parameters, id, this.instanceId],
      guard: { name: guards.owner, rows: 1 },
    };
    try {
      await this.write([update, ...(attempt ? logged(id, attempt) : [])]);
    } catch (error) {
      throw error instanceof GuardFailedError ? new WebhookTakenOverError(id) : error;
    }
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
