import type { Kysely } from 'kysely';
import type { Database, Migration } from '../../storage/index.ts';

interface HeartbeatTables {
  agent_heartbeats: { agent_id: string; seen_at: number };
}

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE agent_heartbeats (agent_id TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
      postgres: `CREATE TABLE agent_heartbeats (agent_id text PRIMARY KEY, seen_at bigint NOT NULL) WITH (fillfactor = 70);`,
    },
  },
];

/** When each agent was heard last, for all who share the database. Not in the log: what matters is recorded there. */
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

  async seen(agentId: string, atMs: number): Promise<void> {
    await this.database.write([
      {
        sql: `INSERT INTO agent_heartbeats (agent_id, seen_at) VALUES (?, ?)
              ON CONFLICT (agent_id) DO UPDATE SET seen_at = excluded.seen_at
                WHERE excluded.seen_at > agent_heartbeats.seen_at`,
        parameters: [agentId, atMs],
      },
    ]);
  }

  async forget(agentId: string): Promise<void> {
    await this.database.write([{ sql: 'DELETE FROM agent_heartbeats WHERE agent_id = ?', parameters: [agentId] }]);
  }

  /** Milliseconds since 1970, by agent. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.reader.selectFrom('agent_heartbeats').selectAll().execute();
    return new Map(rows.map((row) => [row.agent_id, row.seen_at]));
  }
}
