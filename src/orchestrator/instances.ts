import type { Database, GuardedStatement } from '../storage/index.ts';
import type { WorkTables } from './work-schema.ts';

/** Milliseconds since 1970 by the database's clock: those of several machines may differ. */
const NOW = 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)';

const requeueHeldBy = (nobody: string): GuardedStatement => ({
  sql: `UPDATE work SET status = 'queued', lease_owner = NULL WHERE status = 'running' AND ${nobody}
        RETURNING task_id`,
  parameters: [],
});

export interface InstancesOptions {
  readonly database: Database;
  /** This process; no other ever has the same. */
  readonly id: string;
  /** So long an instance may be silent before others take its tasks over. */
  readonly timeoutMs: number;
}

/**
 * The processes that share the queue. Each says at intervals that it is there; what one holds that fell silent is ready
 * again, and the tokens of its leases keep it from writing should it come back. SQLite has one process at a time.
 */
export class Instances {
  /** How often `beat` is to be called, in milliseconds. */
  readonly beatMs: number;
  private readonly isShared: boolean;
  private heardAt = 0;

  constructor(private readonly options: InstancesOptions) {
    this.isShared = options.database.dialect === 'postgres';
    this.beatMs = options.timeoutMs / 4;
  }

  /** At start: makes ready what nobody holds any more. Answers how many tasks. */
  async join(): Promise<number> {
    if (!this.isShared) return this.write([requeueHeldBy('true')]);
    this.heardAt = performance.now();
    return this.write([this.sayHere(), ...this.takeOver()]);
  }

  /**
   * Says that this instance is there, and makes ready what silent ones held. Answers how many tasks. After a silence of
   * its own it leaves the others alone: what kept it from being heard may have kept them, too.
   */
  async beat(): Promise<number> {
    if (!this.isShared) return 0;
    const wasCutOff = performance.now() - this.heardAt > this.options.timeoutMs;
    const taken = await this.write(wasCutOff ? [this.sayHere()] : [this.sayHere(), ...this.takeOver()]);
    this.heardAt = performance.now();
    return taken;
  }

  /** The ids of those that are there, this one among them: what any other holds is free. */
  async live(): Promise<ReadonlySet<string>> {
    const { database, id } = this.options;
    if (!this.isShared) return new Set([id]);
    const rows = await database.reader<WorkTables>().selectFrom('work_instances').select('id').execute();
    return new Set([id, ...rows.map((row) => row.id)]);
  }

  /** The last thing an instance says: whatever it may still hold is ready for others. */
  async leave(): Promise<void> {
    if (!this.isShared) return;
    const { id } = this.options;
    await this.options.database.write([
      { sql: 'DELETE FROM work_instances WHERE id = ?', parameters: [id] },
      requeueHeldBy('NOT EXISTS (SELECT 1 FROM work_instances WHERE id = work.lease_owner)'),
    ]);
  }

  private sayHere(): GuardedStatement {
    return {
      sql: `INSERT INTO work_instances (id, seen_at) VALUES (?, ${NOW})
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
      parameters: [this.options.id],
    };
  }

  private takeOver(): readonly GuardedStatement[] {
    return [
      { sql: `DELETE FROM work_instances WHERE seen_at < ${NOW} - ?`, parameters: [this.options.timeoutMs] },
      requeueHeldBy('NOT EXISTS (SELECT 1 FROM work_instances WHERE id = work.lease_owner)'),
    ];
  }

  private async write(statements: readonly GuardedStatement[]): Promise<number> {
    return (await this.options.database.write(statements)).at(-1)?.length ?? 0;
  }
}
