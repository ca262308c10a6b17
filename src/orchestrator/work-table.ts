import { type Kysely, sql } from 'kysely';
import type { Database, GuardedStatement, Row } from '../storage/index.ts';
import { ageBy, CLAIM_ORDER, READY } from './work-order.ts';
import type { WorkRow, WorkTables } from './work-schema.ts';

export interface NewWork {
  readonly taskId: string;
  readonly workflow: string;
  readonly priority: number;
  readonly timeoutMs: number;
  readonly dependsOn: readonly string[];
  readonly submitter: string;
}

/** A ready task's place between the priorities: the lower rank goes first. */
export interface Ranked {
  readonly priority: number;
  readonly rank: number;
}

/** A task that this process holds until it lets go of it. */
export interface Lease extends Ranked {
  readonly taskId: string;
  readonly workflow: string;
  readonly timeoutMs: number;
  readonly token: number;
}

export interface WaitingTask {
  readonly taskId: string;
  readonly reason: string;
  readonly detail: string;
  readonly until: string | null;
}

/** Where a task's row stands; `wait` where it waits for something but a slot. */
export interface WorkPlace {
  readonly status: WorkRow['status'];
  readonly wait: WaitingTask | null;
}

/** Names of the guards of a submission, as GuardFailedError carries them. */
export const guards = { room: 'work.room', noCircle: 'work.noCircle', lease: 'work.lease' } as const;

const countOf = (status: WorkRow['status']) =>
  `(SELECT coalesce(sum(count), 0) FROM work_counts WHERE status = '${status}')`;

/** The statements that move a task's row; the ones that belong to a fact are committed with it, through `alongside`. */
export const moves = {
  /** A new row, if the queue has room and no circle of dependencies comes of it. */
  enqueue(work: NewWork, maxQueue: number): readonly GuardedStatement[] {
    const insert: GuardedStatement = {
      sql: `INSERT INTO work (task_id, workflow, status, priority, timeout_ms, submitter)
            SELECT ?, ?, 'queued', ?, ?, ? WHERE ${countOf('queued')} < ?`,
      parameters: [work.taskId, work.workflow, work.priority, work.timeoutMs, work.submitter, maxQueue],
      guard: { name: guards.room, rows: 1 },
    };
    if (work.dependsOn.length === 0) return [insert];
    const names = JSON.stringify(work.dependsOn);
    const dependencies: GuardedStatement = {
      sql: `INSERT INTO work_dependencies (task_id, depends_on)
            SELECT ?, value FROM json_each(?) WHERE NOT EXISTS (
              WITH RECURSIVE reachable (id) AS (
                SELECT value FROM json_each(?)
                UNION SELECT depends_on FROM work_dependencies JOIN reachable ON task_id = reachable.id
              ) SELECT 1 FROM reachable WHERE id = ?)`,
      parameters: [work.taskId, names, names, work.taskId],
      guard: { name: guards.noCircle, rows: work.dependsOn.length },
    };
    return [insert, dependencies];
  },

  /** A row made anew from the log, whatever the queue holds. */
  restore(work: NewWork, isOver: boolean): GuardedStatement {
    const { taskId, workflow, priority, timeoutMs, submitter } = work;
    return {
      sql: `INSERT INTO work (task_id, workflow, status, priority, timeout_ms, submitter) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (task_id) DO NOTHING`,
      parameters: [taskId, workflow, isOver ? 'done' : 'queued', priority, timeoutMs, submitter],
    };
  },

  /** Proof that the lease still holds: commits with every fact of a run. */
  hold(lease: Lease): GuardedStatement {
    return {
      sql: `UPDATE work SET lease_token = lease_token WHERE task_id = ? AND lease_token = ? AND status = 'running'`,
      parameters: [lease.taskId, lease.token],
      guard: { name: guards.lease, rows: 1 },
    };
  },

  /** From a running task back into the queue, its place kept. */
  requeue(lease: Lease): GuardedStatement {
    return {
      sql: `UPDATE work SET status = 'queued', lease_owner = NULL WHERE task_id = ? AND lease_token = ? AND status = 'running'`,
      parameters: [lease.taskId, lease.token],
      guard: { name: guards.lease, rows: 1 },
    };
  },

  park(lease: Lease, reason: string, detail: string, wakeAt: number | null): GuardedStatement {
    return {
      sql: `UPDATE work SET status = 'waiting', lease_owner = NULL, wait_reason = ?, wait_detail = ?, wake_at = ?
            WHERE task_id = ? AND lease_token = ? AND status = 'running'`,
      parameters: [reason, detail, wakeAt, lease.taskId, lease.token],
      guard: { name: guards.lease, rows: 1 },
    };
  },

  finish(lease: Lease): GuardedStatement {
    return {
      sql: `UPDATE work SET status = 'done', lease_owner = NULL WHERE task_id = ? AND lease_token = ? AND status = 'running'`,
      parameters: [lease.taskId, lease.token],
      guard: { name: guards.lease, rows: 1 },
    };
  },

  /** A new fact came from outside: a waiting task is ready again, any other stays as it is. */
  wake(taskId: string): GuardedStatement {
    return {
      sql: `UPDATE work SET status = 'queued', wait_reason = NULL, wait_detail = NULL, wake_at = NULL
            WHERE task_id = ? AND status = 'waiting'`,
      parameters: [taskId],
    };
  },

  /** From its next slot on a task may hold one for so long. */
  allow(taskId: string, timeoutMs: number): GuardedStatement {
    return { sql: 'UPDATE work SET timeout_ms = ? WHERE task_id = ?', parameters: [timeoutMs, taskId] };
  },

  /** The task was ended from outside, whoever holds it: from now on the holder's facts are refused. */
  close(taskId: string): GuardedStatement {
    return {
      sql: `UPDATE work SET status = 'done', lease_owner = NULL,
              wait_reason = NULL, wait_detail = NULL, wake_at = NULL
            WHERE task_id = ? AND status <> 'done'`,
      parameters: [taskId],
    };
  },
};

/** The moves that stand alone, and the questions. */
export class WorkTable {
  private readonly reader: Kysely<WorkTables>;

  constructor(private readonly database: Database) {
    this.reader = database.reader<WorkTables>();
  }

  async isEmpty(): Promise<boolean> {
    return (await this.reader.selectFrom('work').select('position').limit(1).execute()).length === 0;
  }

  /** From now on so many claims make up for a point of priority; 0: none do. Holds for all who share the database. */
  async ageBy(ageingTurns: number): Promise<void> {
    await this.database.write(ageBy(ageingTurns));
  }

  /** Takes the best ready task, unless as many run as may. One statement: two callers never take the same. */
  async claim(owner: string, maxConcurrent: number): Promise<Lease | null> {
    const rows = await this.returning(
      `UPDATE work SET status = 'running', lease_owner = ?, lease_token = lease_token + 1
       WHERE position = (
         SELECT position FROM work WHERE ${READY} ORDER BY ${CLAIM_ORDER.join(', ')} LIMIT 1)
       AND ${countOf('running')} < ?
       RETURNING task_id, workflow, priority, rank, timeout_ms, lease_token`,
      [owner, maxConcurrent],
    );
    const row = rows[0];
    if (!row) return null;
    return {
      taskId: String(row.task_id),
      workflow: String(row.workflow),
      priority: Number(row.priority),
      rank: Number(row.rank),
      timeoutMs: Number(row.timeout_ms),
      token: Number(row.lease_token),
    };
  }

  /** The tasks that would be claimed next, the first one first. */
  async nextReady(limit: number): Promise<readonly Ranked[]> {
    const rows = await this.reader
      .selectFrom('work')
      .select(['priority', 'rank'])
      .where(sql<boolean>`${sql.raw(READY)}`)
      .orderBy(sql`${sql.raw(CLAIM_ORDER.join(', '))}`)
      .limit(limit)
      .execute();
    return rows.map(({ priority, rank }) => ({ priority, rank: Number(rank) }));
  }

  /** At start nobody can hold a lease any more: what was running when the process ended is ready again. Answers how many. */
  async recover(): Promise<number> {
    const rows = await this.returning(
      `UPDATE work SET status = 'queued', lease_owner = NULL WHERE status = 'running' RETURNING task_id`,
      [],
    );
    return rows.length;
  }

  /** Makes ready every waiting task whose time has come. Answers how many. */
  async wakeDue(now: number): Promise<number> {
    const due = await this.reader
      .selectFrom('work')
      .select('task_id')
      .where('wake_at', '<=', now)
      .where('wake_at', 'is not', null)
      .limit(1)
      .execute();
    if (due.length === 0) return 0;
    const rows = await this.returning(
      `UPDATE work SET status = 'queued', wait_reason = NULL, wait_detail = NULL, wake_at = NULL
       WHERE wake_at <= ? AND status = 'waiting' RETURNING task_id`,
      [now],
    );
    return rows.length;
  }

  /** The chain of dependencies that leads from one of `dependsOn` back to `taskId`. */
  async findCircle(taskId: string, dependsOn: readonly string[]): Promise<readonly string[]> {
    const paths = dependsOn.map((name) => [taskId, name]);
    const seen = new Set<string>();
    for (let path = paths.shift(); path; path = paths.shift()) {
      const last = path.at(-1) ?? taskId;
      if (last === taskId) return path;
      if (seen.has(last)) continue;
      seen.add(last);
      const next = await this.reader
        .selectFrom('work_dependencies')
        .select('depends_on')
        .where('task_id', '=', last)
        .execute();
      for (const { depends_on: name } of next) paths.push([...path, name]);
    }
    return [taskId, ...dependsOn, taskId];
  }

  /** How many tasks stand where: at most one row for each status and priority, however many tasks there are. */
  async counts(): Promise<readonly { status: WorkRow['status']; priority: number; count: number }[]> {
    return this.reader.selectFrom('work_counts').selectAll().execute();
  }

  /** How many tasks hold a slot, of whichever process. */
  async running(): Promise<number> {
    const counts = await this.counts();
    return counts.reduce((sum, { status, count }) => (status === 'running' ? sum + count : sum), 0);
  }

  /** Tasks that are not over, in order of arrival. */
  async unfinished(limit: number): Promise<readonly string[]> {
    const rows = await this.reader
      .selectFrom('work')
      .select('task_id')
      .where('status', '<>', 'done')
      .orderBy('position')
      .limit(limit)
      .execute();
    return rows.map((row) => row.task_id);
  }

  /** Tasks by arrival, the newest first, from below a position on. */
  async newest(before: number | null, limit: number): Promise<readonly { taskId: string; position: number }[]> {
    const rows = await this.reader
      .selectFrom('work')
      .select(['task_id', 'position'])
      .$if(before !== null, (query) => query.where('position', '<', before ?? 0))
      .orderBy('position', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ taskId: row.task_id, position: row.position }));
  }

  /** Where a task's row stands, or null for an unknown task. */
  async find(taskId: string): Promise<WorkPlace | null> {
    const row = await this.reader.selectFrom('work').selectAll().where('task_id', '=', taskId).executeTakeFirst();
    if (!row) return null;
    const waiting = row.status === 'waiting' && row.wait_reason !== null;
    const until = row.wake_at === null ? null : new Date(row.wake_at).toISOString();
    return {
      status: row.status,
      wait: waiting ? { taskId, reason: row.wait_reason ?? '', detail: row.wait_detail ?? '', until } : null,
    };
  }

  private async returning(sql: string, parameters: GuardedStatement['parameters']): Promise<readonly Row[]> {
    const [rows = []] = await this.database.write([{ sql, parameters }]);
    return rows;
  }
}
