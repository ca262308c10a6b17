import type { Kysely } from 'kysely';
import type { Database, Migration } from '../../storage/index.ts';

interface HeartbeatTables {
  agent_heartbeats: { agent_id: string; seen_at: number; instance: string | null; load: number | null };
}

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE agent_heartbeats (agent_id TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
      postgres: `CREATE TABLE agent_heartbeats (agent_id text PRIMARY KEY, seen_at bigint NOT NULL) WITH (fillfactor = 70);`,
    },
  },
  {
    // Where agents are, and how busy by their own word: for the instances that they are not connected to.
    id: 2,
    up: {
      sqlite: `ALTER TABLE agent_heartbeats ADD COLUMN instance TEXT; ALTER TABLE agent_heartbeats ADD COLUMN load REAL;`,
      postgres: `ALTER TABLE agent_heartbeats ADD COLUMN instance text, ADD COLUMN load double precision;`,
    },
  },
];

/** What is known of an agent besides its events. */
export interface Heartbeat {
  /** When it was heard last, in milliseconds since 1970 by the clock of the database: those of instances may differ. */
  readonly seenAt: number;
  /** The instance that it connected to last; null: it left. */
  readonly instance: string | null;
  /** 0 to 1, by its own word; null: it said nothing. */
  readonly load: number | null;
}

const now = {
  sqlite: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
  postgres: 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)',
} as const;

/**
 * When each agent was heard last, and where it is, for all who share the database. Not in the log: what matters is
 * recorded there.
 */
export class Heartbeats {
  private readonly reader: Kysely<HeartbeatTables>;

  private constructor(private readonly database: Database) {
    this.reader = database.reader<HeartbeatTables>();
  }

  /** Brings its table up to date. */
  static async open(database: Database): Promise<Heartbeats> {
    await database.migrate('jobs', migrations);
    return new Heartbeats(database);
  }

  /** It was heard now. What is not said stays as it was. */
  async seen(agentId: string, { instance, load }: Partial<Omit<Heartbeat, 'seenAt'>> = {}): Promise<void> {
    await this.database.write([
      {
        sql: `INSERT INTO agent_heartbeats (agent_id, seen_at, instance, load)
              VALUES (?, ${now[this.database.dialect]}, ?, ?)
              ON CONFLICT (agent_id) DO UPDATE SET seen_at = excluded.seen_at,
                instance = coalesce(excluded.instance, agent_heartbeats.instance),
                load = coalesce(excluded.load, agent_heartbeats.load)`,
        parameters: [agentId, instance ?? null, load ?? null],
      },
    ]);
  }

  /** It is not connected to this instance any more; where it has come to another one, it stays there. */
  async left(agentId: string, instance: string): Promise<void> {
    const sql = 'UPDATE agent_heartbeats SET instance = NULL WHERE agent_id = ? AND instance = ?';
    await this.database.write([{ sql, parameters: [agentId, instance] }]);
  }

  async forget(agentId: string): Promise<void> {
    await this.database.write([{ sql: 'DELETE FROM agent_heartbeats WHERE agent_id = ?', parameters: [agentId] }]);
  }

  /** By agent. */
  async all(): Promise<ReadonlyMap<string, Heartbeat>> {
    const rows = await this.reader.selectFrom('agent_heartbeats').selectAll().execute();
    return new Map(
      rows.map(({ agent_id, seen_at, instance, load }) => [agent_id, { seenAt: seen_at, instance, load }]),
    );
  }
}
