import { sleep } from '../kernel/clock.ts';
import type { Database, GuardedStatement, Row } from '../storage/index.ts';
import { type Supervision, supervise } from './supervise.ts';
import type { Lease } from './work-moves.ts';
import type { WorkTables } from './work-schema.ts';

/** So often an instance says that it is there, in the time after which it counts as silent. */
const BEATS = 4;

/** Milliseconds since 1970 by the database's clock: those of several machines may differ. */
const NOW = 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)';

const requeueHeldBy = (nobody: string): GuardedStatement => ({
  sql: `UPDATE work SET status = 'queued', lease_owner = NULL WHERE status = 'running' AND ${nobody}
        RETURNING task_id`,
  parameters: [],
});

/** A row that an instance holds, by this of its leases. */
type Held = Pick<Lease, 'taskId' | 'token'>;

export interface InstancesOptions {
  readonly database: Database;
  /** This process; no other ever has the same. */
  readonly id: string;
  /** So long an instance may be silent before others take its tasks over. */
  readonly timeoutMs: number;
  /** Whether a task runs in this process. */
  readonly isRunning: (taskId: string) => boolean;
  /** Milliseconds that only ever grow. Default: those of this process. */
  readonly now?: () => number;
}

/**
 * The processes that share the queue. Each says at intervals that it is there; what one holds that fell silent is ready
 * again, and the tokens of its leases keep it from writing should it come back. SQLite has one process at a time.
 */
export class Instances {
  private readonly isShared: boolean;
  private readonly now: () => number;
  private readonly left = new AbortController();
  private beating: Promise<void> = Promise.resolve();
  private heardAt = 0;
  private leavesOthersUntil = 0;
  /**
   * What this instance held at its newest beat without running it: a claim may be committed and its answer be lost with
   * the connection. It is let go at the next beat, since the answer may still be on its way at the first.
   */
  private strays: readonly Held[] = [];

  constructor(private readonly options: InstancesOptions) {
    this.now = options.now ?? (() => performance.now());
    this.isShared = options.database.dialect === 'postgres';
  }

  /** At start: makes ready what nobody holds any more. Answers how many tasks. */
  async join(): Promise<number> {
    if (!this.isShared) return this.write([requeueHeldBy('true')]);
    this.heardAt = this.now();
    return this.write([this.sayHere(), ...this.takeOver()]);
  }

  /**
   * Says that this instance is there, and makes ready what silent ones held and what it holds itself without running it.
   * Answers how many tasks. After a silence of its own it leaves the others alone for as long: what kept it from being
   * heard may have kept them, too.
   */
  async beat(): Promise<number> {
    if (!this.isShared) return 0;
    const { timeoutMs } = this.options;
    const now = this.now();
    if (now - this.heardAt > timeoutMs) this.leavesOthersUntil = now + timeoutMs;
    const isTakingOver = now >= this.leavesOthersUntil;
    const [, held = [], ...made] = await this.options.database.write([
      this.sayHere(),
      this.held(),
      ...this.withoutRun(this.strays).map(letGo),
      ...(isTakingOver ? this.takeOver() : []),
    ]);
    this.heardAt = now;
    this.strays = this.withoutRun(held.map((row) => ({ taskId: String(row.task_id), token: Number(row.lease_token) })));
    return rowsIn(made);
  }

  /** The ids of those that are there, this one among them: what any other holds is free. */
  async live(): Promise<ReadonlySet<string>> {
    const { database, id } = this.options;
    if (!this.isShared) return new Set([id]);
    const rows = await database.reader<WorkTables>().selectFrom('work_instances').select('id').execute();
    return new Set([id, ...rows.map((row) => row.id)]);
  }

  /** Beats from now on until it leaves, also while what runs comes to its end; `onTaken`: tasks of silent ones are ready. */
  start(onTaken: () => void, report: Supervision['report']): void {
    if (!this.isShared) return;
    const { signal } = this.left;
    const beat = async () => {
      while (!signal.aborted) {
        await sleep(this.options.timeoutMs / BEATS, signal).catch(() => undefined);
        if (!signal.aborted && (await this.beat()) > 0) onTaken();
      }
    };
    this.beating = supervise('heartbeat', beat, { signal, report });
  }

  /** The last thing an instance says: whatever it may still hold is ready for others. Safe to repeat. */
  async leave(): Promise<void> {
    if (this.left.signal.aborted) return;
    this.left.abort();
    await this.beating;
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

  private held(): GuardedStatement {
    return {
      sql: `SELECT task_id, lease_token FROM work WHERE status = 'running' AND lease_owner = ?`,
      parameters: [this.options.id],
    };
  }

  private withoutRun(leases: readonly Held[]): readonly Held[] {
    return leases.filter(({ taskId }) => !this.options.isRunning(taskId));
  }

  /** Answers how many rows the statements returned. */
  private async write(statements: readonly GuardedStatement[]): Promise<number> {
    return rowsIn(await this.options.database.write(statements));
  }
}

const rowsIn = (answers: readonly (readonly Row[])[]) => answers.reduce((sum, rows) => sum + rows.length, 0);

const letGo = ({ taskId, token }: Held): GuardedStatement => ({
  sql: `UPDATE work SET status = 'queued', lease_owner = NULL
        WHERE task_id = ? AND lease_token = ? AND status = 'running' RETURNING task_id`,
  parameters: [taskId, token],
});
