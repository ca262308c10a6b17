/**
 * The tables of `work` and the order of the queue, as migrations 1 to 3 make them for SQLite. A statement must move one
 * row only where rows get a turn by it: triggers fire after the statement, in no order that could be relied on.
 */
export const workOnPostgres = `
  CREATE TABLE work (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id text NOT NULL UNIQUE,
    workflow text NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'running', 'waiting', 'done')),
    priority bigint NOT NULL,
    timeout_ms bigint NOT NULL,
    lease_owner text,
    lease_token bigint NOT NULL DEFAULT 0,
    wait_reason text,
    wait_detail text,
    wake_at bigint,
    submitter text NOT NULL DEFAULT '',
    turn bigint,
    rank bigint
  );
  CREATE TABLE work_dependencies (
    task_id text NOT NULL,
    depends_on text NOT NULL,
    PRIMARY KEY (task_id, depends_on)
  );
  CREATE TABLE work_counts (
    status text NOT NULL,
    priority bigint NOT NULL,
    workflow text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (status, priority, workflow)
  );
  CREATE TABLE work_turns (priority bigint PRIMARY KEY, turn bigint NOT NULL, claims bigint NOT NULL);
  CREATE TABLE work_ageing (point bigint NOT NULL);
  INSERT INTO work_ageing VALUES (0);

  CREATE INDEX work_unfinished ON work (position) WHERE status <> 'done';
  CREATE INDEX work_wake ON work (wake_at) WHERE wake_at IS NOT NULL;
  CREATE INDEX work_order ON work (rank, priority, turn, position) WHERE status = 'queued' AND turn IS NOT NULL;
  CREATE INDEX work_turn ON work (priority, turn) WHERE status = 'queued' AND turn IS NOT NULL;
  CREATE INDEX work_own_turn ON work (submitter, priority, (lease_token > 0), turn)
    WHERE status = 'queued' AND turn IS NOT NULL;
  CREATE INDEX work_running ON work (position) WHERE status = 'running';
  CREATE INDEX work_needed ON work_dependencies (depends_on);

  CREATE FUNCTION work_count(which text, of_priority bigint, of_workflow text, change bigint) RETURNS void
  LANGUAGE sql AS $$
    INSERT INTO work_counts VALUES (which, of_priority, of_workflow, change)
      ON CONFLICT (status, priority, workflow) DO UPDATE SET count = work_counts.count + excluded.count
  $$;

  CREATE FUNCTION work_has_need(of_task text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
      SELECT 1 FROM work_dependencies AS needed LEFT JOIN work AS other ON other.task_id = needed.depends_on
      WHERE needed.task_id = of_task AND other.status IS DISTINCT FROM 'done')
  $$;

  CREATE FUNCTION work_take_turn() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    next_turn bigint;
  BEGIN
    next_turn := 1 + greatest(
      coalesce((SELECT turn FROM work_turns WHERE priority = NEW.priority), 0),
      coalesce((SELECT turn FROM work
                WHERE status = 'queued' AND turn IS NOT NULL AND submitter = NEW.submitter
                  AND priority = NEW.priority AND (lease_token > 0) = (NEW.lease_token > 0)
                ORDER BY turn DESC LIMIT 1), 0));
    UPDATE work SET turn = next_turn, rank = coalesce(
      (SELECT same.rank FROM work AS same
       WHERE same.status = 'queued' AND same.priority = NEW.priority AND same.turn >= next_turn
       ORDER BY same.turn LIMIT 1),
      (SELECT coalesce(sum(claims), 0) FROM work_turns) + NEW.priority * (SELECT point FROM work_ageing))
    WHERE position = NEW.position;
    RETURN NULL;
  END $$;

  CREATE FUNCTION work_added() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM work_count(NEW.status, NEW.priority, NEW.workflow, 1);
    RETURN NULL;
  END $$;

  CREATE FUNCTION work_moved() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    freed bigint;
  BEGIN
    PERFORM work_count(OLD.status, OLD.priority, OLD.workflow, -1);
    PERFORM work_count(NEW.status, NEW.priority, NEW.workflow, 1);
    IF NEW.status = 'running' THEN
      INSERT INTO work_turns VALUES (NEW.priority, NEW.turn, 1)
        ON CONFLICT (priority) DO UPDATE
        SET turn = greatest(work_turns.turn, excluded.turn), claims = work_turns.claims + 1;
    END IF;
    IF NEW.status IN ('waiting', 'done') THEN
      UPDATE work SET turn = NULL, rank = NULL WHERE position = NEW.position;
    END IF;
    IF NEW.status = 'done' THEN
      FOR freed IN
        SELECT bound.position FROM work_dependencies AS need JOIN work AS bound ON bound.task_id = need.task_id
        WHERE need.depends_on = NEW.task_id AND bound.status = 'queued' AND bound.turn IS NULL
          AND NOT work_has_need(need.task_id)
        ORDER BY bound.position
      LOOP
        UPDATE work SET status = 'queued' WHERE position = freed;
      END LOOP;
    END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION work_bound() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE work SET turn = NULL, rank = NULL
      WHERE task_id = NEW.task_id AND status = 'queued' AND work_has_need(NEW.task_id);
    RETURN NULL;
  END $$;

  CREATE TRIGGER work_added AFTER INSERT ON work FOR EACH ROW EXECUTE FUNCTION work_added();
  CREATE TRIGGER work_moved AFTER UPDATE OF status ON work FOR EACH ROW WHEN (OLD.status <> NEW.status)
    EXECUTE FUNCTION work_moved();
  CREATE TRIGGER work_new AFTER INSERT ON work FOR EACH ROW WHEN (NEW.status = 'queued')
    EXECUTE FUNCTION work_take_turn();
  CREATE TRIGGER work_again AFTER UPDATE OF status ON work FOR EACH ROW
    WHEN (NEW.status = 'queued' AND NEW.turn IS NULL) EXECUTE FUNCTION work_take_turn();
  CREATE TRIGGER work_bound AFTER INSERT ON work_dependencies FOR EACH ROW EXECUTE FUNCTION work_bound();
`;

/** What a later step of SQLite's adds is there from the first one on. */
export const NOTHING_LEFT = 'SELECT 1;';
