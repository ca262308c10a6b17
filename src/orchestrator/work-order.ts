import type { GuardedStatement } from '../storage/index.ts';

/** SQL: a row of `work` that nothing but a slot keeps from running. */
export const READY = `work.status = 'queued' AND work.turn IS NOT NULL`;

/** SQL: the order in which ready rows get a slot. */
export const CLAIM_ORDER = ['rank', 'priority', 'turn', 'position'] as const;

/** More claims than there ever are: a point that is worth so many is never made up for by waiting. */
const STRICT = 1_000_000_000_000;

/** The statements by which a point of priority is worth so many claims from now on; 0: more than any wait. */
export function ageBy(ageingTurns: number): readonly GuardedStatement[] {
  const point = ageingTurns === 0 ? STRICT : ageingTurns;
  return [
    {
      sql: `UPDATE work SET rank = rank + priority * (? - (SELECT point FROM work_ageing))
            WHERE status IN ('queued', 'running') AND (SELECT point FROM work_ageing) <> ?`,
      parameters: [point, point],
    },
    { sql: 'UPDATE work_ageing SET point = ? WHERE point <> ?', parameters: [point, point] },
  ];
}

/** A row takes the turn after the newest that began and after the last that its submitter waits for already. */
const takeTurn = `
  UPDATE work SET (turn, rank) = (
    SELECT next.turn, coalesce(
      (SELECT same.rank FROM work AS same
       WHERE same.status = 'queued' AND same.priority = NEW.priority AND same.turn >= next.turn
       ORDER BY same.turn LIMIT 1),
      (SELECT coalesce(sum(claims), 0) FROM work_turns) + NEW.priority * (SELECT point FROM work_ageing))
    FROM (SELECT 1 + max(
      coalesce((SELECT begun.turn FROM work_turns AS begun WHERE begun.priority = NEW.priority), 0),
      coalesce((SELECT own.turn FROM work AS own
                WHERE own.status = 'queued' AND own.submitter = NEW.submitter AND own.priority = NEW.priority
                  AND (own.lease_token > 0) = (NEW.lease_token > 0)
                ORDER BY own.turn DESC LIMIT 1), 0)) AS turn) AS next)
  WHERE position = NEW.position;`;

const unfinishedNeedOf = (taskId: string) => `
  SELECT 1 FROM work_dependencies AS needed LEFT JOIN work AS other ON other.task_id = needed.depends_on
  WHERE needed.task_id = ${taskId} AND other.status IS NOT 'done'`;

/**
 * The order of the queue, kept by triggers. Within a priority it is start-time fair queueing (Goyal, Vin, Cheng:
 * Start-time Fair Queueing, SIGCOMM 1996): a submitter has one task in a turn, and a turn takes nobody more once its
 * first task got a slot. Between priorities the rank decides: the claims there had been when the turn was opened, and
 * the setting's worth for each point. A row has a turn from when it is ready until it no longer runs, also back in the
 * queue. Why so: docs/decisions/0014-fair-queue.md.
 */
export const orderOnSqlite = `
    DROP INDEX work_ready;
    ALTER TABLE work ADD COLUMN submitter TEXT NOT NULL DEFAULT '';
    ALTER TABLE work ADD COLUMN turn INTEGER;
    ALTER TABLE work ADD COLUMN rank INTEGER;
    CREATE TABLE work_turns (
      priority INTEGER PRIMARY KEY,
      turn INTEGER NOT NULL,
      claims INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE work_ageing (point INTEGER NOT NULL) STRICT;
    INSERT INTO work_ageing VALUES (0);
    UPDATE work SET turn = numbered.turn, rank = 0
      FROM (SELECT position, row_number() OVER (PARTITION BY priority ORDER BY position) AS turn FROM work
            WHERE status = 'running' OR status = 'queued' AND NOT EXISTS (${unfinishedNeedOf('work.task_id')})) AS numbered
      WHERE work.position = numbered.position;
    CREATE INDEX work_order ON work (rank, priority, turn, position) WHERE status = 'queued' AND turn IS NOT NULL;
    CREATE INDEX work_turn ON work (priority, turn) WHERE status = 'queued';
    CREATE INDEX work_own_turn ON work (submitter, priority, lease_token > 0, turn) WHERE status = 'queued';
    CREATE INDEX work_running ON work (position) WHERE status = 'running';
    CREATE INDEX work_needed ON work_dependencies (depends_on);
    CREATE TRIGGER work_new AFTER INSERT ON work WHEN NEW.status = 'queued' BEGIN ${takeTurn} END;
    CREATE TRIGGER work_again AFTER UPDATE OF status ON work WHEN NEW.status = 'queued' AND NEW.turn IS NULL
      BEGIN ${takeTurn} END;
    CREATE TRIGGER work_claimed AFTER UPDATE OF status ON work WHEN NEW.status = 'running' BEGIN
      INSERT INTO work_turns VALUES (NEW.priority, NEW.turn, 1)
        ON CONFLICT DO UPDATE SET turn = max(turn, excluded.turn), claims = claims + 1;
    END;
    CREATE TRIGGER work_parked AFTER UPDATE OF status ON work WHEN NEW.status IN ('waiting', 'done') BEGIN
      UPDATE work SET turn = NULL, rank = NULL WHERE position = NEW.position;
    END;
    CREATE TRIGGER work_bound AFTER INSERT ON work_dependencies
      WHEN NOT EXISTS (SELECT 1 FROM work WHERE task_id = NEW.depends_on AND status = 'done') BEGIN
      UPDATE work SET turn = NULL, rank = NULL WHERE task_id = NEW.task_id AND status = 'queued';
    END;
    CREATE TRIGGER work_freed AFTER UPDATE OF status ON work WHEN NEW.status = 'done' BEGIN
      UPDATE work SET status = 'queued' WHERE status = 'queued' AND turn IS NULL AND position IN (
        SELECT bound.position FROM work_dependencies AS need JOIN work AS bound ON bound.task_id = need.task_id
        WHERE need.depends_on = NEW.task_id AND NOT EXISTS (${unfinishedNeedOf('need.task_id')}));
    END;
  `;
