import type { Migration } from '../storage/index.ts';
import { orderOnSqlite } from './work-order.ts';
import { NOTHING_LEFT, workOnPostgres } from './work-schema.postgres.ts';

/** Every task that was ever accepted, and where it stands: what is ready, at which priority, under whose lease. */
export interface WorkRow {
  /** Order of arrival; kept when a task goes back to the queue. */
  position: number;
  task_id: string;
  workflow: string;
  status: 'queued' | 'running' | 'waiting' | 'done';
  priority: number;
  timeout_ms: number;
  lease_owner: string | null;
  /** Grows with every claim: what an older holder still writes is refused. */
  lease_token: number;
  wait_reason: string | null;
  wait_detail: string | null;
  wake_at: number | null;
  submitter: string;
  /** The round of its priority in which it gets a slot; null while it waits for something else, and once it is over. */
  turn: number | null;
  /** What decides between priorities: the lower goes first. */
  rank: number | null;
}

export interface WorkTables {
  work: WorkRow;
  work_dependencies: { task_id: string; depends_on: string };
  /** Kept by triggers, so that no question about the size of the queue has to count. */
  work_counts: { workflow: string; status: WorkRow['status']; priority: number; count: number };
  /** For each priority the newest turn of which a task got a slot, and how many slots were given in all. */
  work_turns: { priority: number; turn: number; claims: number };
  /** One row: how many claims make up for a point of priority. */
  work_ageing: { point: number };
  /** The processes that share the queue, and when each was last heard of, by the database's clock. */
  work_instances: { id: string; seen_at: number };
}

export const workMigrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `
      CREATE TABLE work (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        task_id TEXT NOT NULL UNIQUE,
        workflow TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'waiting', 'done')),
        priority INTEGER NOT NULL,
        timeout_ms INTEGER NOT NULL,
        lease_owner TEXT,
        lease_token INTEGER NOT NULL DEFAULT 0,
        wait_reason TEXT,
        wait_detail TEXT,
        wake_at INTEGER
      ) STRICT;
      CREATE INDEX work_ready ON work (status, priority, position) WHERE status IN ('queued', 'running');
      CREATE INDEX work_unfinished ON work (position) WHERE status <> 'done';
      CREATE TABLE work_counts (
        status TEXT NOT NULL,
        priority INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (status, priority)
      ) STRICT, WITHOUT ROWID;
      CREATE TRIGGER work_count_new AFTER INSERT ON work BEGIN
        INSERT INTO work_counts VALUES (NEW.status, NEW.priority, 1) ON CONFLICT DO UPDATE SET count = count + 1;
      END;
      CREATE TRIGGER work_count_move AFTER UPDATE OF status ON work WHEN OLD.status <> NEW.status BEGIN
        UPDATE work_counts SET count = count - 1 WHERE status = OLD.status AND priority = OLD.priority;
        INSERT INTO work_counts VALUES (NEW.status, NEW.priority, 1) ON CONFLICT DO UPDATE SET count = count + 1;
      END;
      CREATE INDEX work_wake ON work (wake_at) WHERE wake_at IS NOT NULL;
      CREATE TABLE work_dependencies (
        task_id TEXT NOT NULL,
        depends_on TEXT NOT NULL,
        PRIMARY KEY (task_id, depends_on)
      ) STRICT, WITHOUT ROWID;
    `,
      postgres: workOnPostgres,
    },
  },
  { id: 2, up: { sqlite: orderOnSqlite, postgres: NOTHING_LEFT } },
  {
    // Counted by workflow, too.
    id: 3,
    up: {
      sqlite: `
      DROP TRIGGER work_count_new;
      DROP TRIGGER work_count_move;
      DROP TABLE work_counts;
      CREATE TABLE work_counts (
        status TEXT NOT NULL,
        priority INTEGER NOT NULL,
        workflow TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (status, priority, workflow)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO work_counts SELECT status, priority, workflow, count(*) FROM work GROUP BY status, priority, workflow;
      CREATE TRIGGER work_count_new AFTER INSERT ON work BEGIN
        INSERT INTO work_counts VALUES (NEW.status, NEW.priority, NEW.workflow, 1)
          ON CONFLICT DO UPDATE SET count = count + 1;
      END;
      CREATE TRIGGER work_count_move AFTER UPDATE OF status ON work WHEN OLD.status <> NEW.status BEGIN
        UPDATE work_counts SET count = count - 1
          WHERE status = OLD.status AND priority = OLD.priority AND workflow = OLD.workflow;
        INSERT INTO work_counts VALUES (NEW.status, NEW.priority, NEW.workflow, 1)
          ON CONFLICT DO UPDATE SET count = count + 1;
      END;
    `,
      postgres: NOTHING_LEFT,
    },
  },
  {
    id: 4,
    up: {
      sqlite: 'CREATE TABLE work_instances (id TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;',
      postgres: 'CREATE TABLE work_instances (id text PRIMARY KEY, seen_at bigint NOT NULL);',
    },
  },
];
