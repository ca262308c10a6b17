import type { GuardedStatement } from '../storage/index.ts';
import type { WorkRow } from './work-schema.ts';

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

/** Names of the guards of a submission, as GuardFailedError carries them. */
export const guards = { room: 'work.room', noCircle: 'work.noCircle', lease: 'work.lease' } as const;

/** SQL: how many tasks stand there, without counting them. */
export const countOf = (status: WorkRow['status']) =>
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
    const names = work.dependsOn.map(() => '(?)').join(', ');
    const dependencies: GuardedStatement = {
      sql: `INSERT INTO work_dependencies (task_id, depends_on)
            WITH RECURSIVE names (name) AS (VALUES ${names}),
              reachable (id) AS (
                SELECT name FROM names
                UNION SELECT depends_on FROM work_dependencies JOIN reachable ON task_id = reachable.id
              )
            SELECT ?, name FROM names WHERE NOT EXISTS (SELECT 1 FROM reachable WHERE id = ?)`,
      parameters: [...work.dependsOn, work.taskId, work.taskId],
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

  /** A task that waits no longer than until now is ready again; any other stays as it is. */
  wakeDue(taskId: string, now: number): GuardedStatement {
    return {
      sql: `UPDATE work SET status = 'queued', wait_reason = NULL, wait_detail = NULL, wake_at = NULL
            WHERE task_id = ? AND status = 'waiting' AND wake_at <= ?`,
      parameters: [taskId, now],
    };
  },

  /** A waiting task is ready again then at the latest; any other stays as it is. */
  wakeBy(taskId: string, wakeAt: number): GuardedStatement {
    return {
      sql: `UPDATE work SET wake_at = ?
            WHERE task_id = ? AND status = 'waiting' AND (wake_at IS NULL OR wake_at > ?)`,
      parameters: [wakeAt, taskId, wakeAt],
    };
  },

  /** A task that was over is ready again; any other stays as it is. */
  reopen(taskId: string): GuardedStatement {
    return {
      sql: `UPDATE work SET status = 'queued', lease_owner = NULL WHERE task_id = ? AND status = 'done'`,
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
