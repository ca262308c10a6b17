import { type Kysely, sql } from 'kysely';
import type { Database, GuardedStatement, Row } from '../storage/index.ts';
import { ageBy, CLAIM_ORDER, READY } from './work-order.ts';
import { countOf, type Lease, moves, type Ranked } from './work-moves.ts';
import type { WorkRow, WorkTables } from './work-schema.ts';

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

/** A task that holds a slot. */
export interface Holder extends Ranked {
  readonly taskId: string;
}

const MOST_WOKEN = 500;

/** How many tasks of a workflow and priority stand at a status. */
export type WorkCount = Readonly<WorkTables['work_counts']>;

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

  /**
   * Takes the best ready task, unless as many run as may. One statement: two callers never take the same. Where several
   * instances share the table, one that the others have not heard for long takes nothing.
   */
  async claim(owner: string, maxConcurrent: number): Promise<Lease | null> {
    const isShared = this.database.dialect === 'postgres';
    const rows = await this.returning(
      `UPDATE work SET status = 'running', lease_owner = ?, lease_token = lease_token + 1
       WHERE position = (
         SELECT position FROM work WHERE ${READY} ORDER BY ${CLAIM_ORDER.join(', ')} LIMIT 1)
       AND ${countOf('running')} < ? ${isShared ? 'AND EXISTS (SELECT 1 FROM work_instances WHERE id = ?)' : ''}
       RETURNING task_id, workflow, priority, rank, timeout_ms, lease_token`,
      [owner, maxConcurrent, ...(isShared ? [owner] : [])],
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

  /** The tasks that hold a slot, of all processes, in order of arrival. */
  async holders(): Promise<readonly Holder[]> {
    const rows = await this.reader
      .selectFrom('work')
      .select(['task_id', 'priority', 'rank'])
      .where('status', '=', 'running')
      .orderBy('position')
      .execute();
    return rows.map(({ task_id: taskId, priority, rank }) => ({ taskId, priority, rank: Number(rank) }));
  }

  /** Makes ready the waiting tasks whose time has come, in order of arrival, some hundred at once. Answers how many were due. */
  async wakeDue(now: number): Promise<number> {
    const due = await this.reader
      .selectFrom('work')
      .select('task_id')
      .where('wake_at', '<=', now)
      .where('wake_at', 'is not', null)
      .orderBy('position')
      .limit(MOST_WOKEN)
      .execute();
    if (due.length === 0) return 0;
    await this.database.write(due.map(({ task_id: taskId }) => moves.wakeDue(taskId, now)));
    return due.length;
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

  /** How many tasks stand where: at most one row for each workflow, status and priority, however many tasks there are. */
  async counts(): Promise<readonly WorkCount[]> {
    return this.reader.selectFrom('work_counts').selectAll().execute();
  }

  /** How many tasks hold a slot, of whichever process. */
  async running(): Promise<number> {
    const counts = await this.counts();
    return counts.reduce((sum, { status, count }) => (status === 'running' ? sum + count : sum), 0);
  }

  /** Tasks of a workflow that are not over, in order of arrival. */
  async unfinished(workflow: string, limit: number): Promise<readonly string[]> {
    const rows = await this.reader
      .selectFrom('work')
      .select('task_id')
      .where('status', '<>', 'done')
      .where('workflow', '=', workflow)
      .orderBy('position')
      .limit(limit)
      .execute();
    return rows.map((row) => row.task_id);
  }

  /** Tasks of a workflow by arrival, the newest first, from below a position on. */
  async newest(
    workflow: string,
    before: number | null,
    limit: number,
  ): Promise<readonly { taskId: string; position: number }[]> {
    const rows = await this.reader
      .selectFrom('work')
      .select(['task_id', 'position'])
      .where('workflow', '=', workflow)
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
