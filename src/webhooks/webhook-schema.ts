import { toTimestamp } from '../kernel/clock.ts';
import type { Migration } from '../storage/index.ts';
import type { Delivery, WebhookFilter, WebhookView } from './webhook.ts';

export interface WebhookRow {
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
  /** The instance that sends it; null: none does. */
  readonly owner: string | null;
}

export interface DeliveryRow {
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

export interface WebhookTables {
  webhooks: WebhookRow;
  webhook_deliveries: DeliveryRow;
  /** One row: which key the secrets are sealed with, by whatever instance. */
  webhook_sealing: { id: number; key_id: string };
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

export const webhookMigrations: readonly Migration[] = [
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
  {
    // Sent by one of several instances, and sealed with a key that they share.
    id: 2,
    up: `ALTER TABLE webhooks ADD COLUMN owner TEXT;
         CREATE TABLE webhook_sealing (id INTEGER PRIMARY KEY CHECK (id = 1), key_id TEXT NOT NULL);`,
  },
];

export function viewOf(row: WebhookRow): WebhookView {
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

export function deliveryOf(row: DeliveryRow): Delivery {
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
