import { type EventStore, type SourceFile, StreamConflictError, type StoredEvent } from '../events/index.ts';
import { sleep } from '../kernel/clock.ts';
import type { Orchestrator } from '../orchestrator/index.ts';
import { type Database, GuardFailedError, type Migration } from '../storage/index.ts';
import type { DeadCodeAnalyser } from '../workspace/index.ts';
import { fileEventTypes, filesAtVersion } from './task-files.ts';

interface CursorTables {
  dead_code_cursor: { id: number; sequence: number };
}

const migrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      sqlite: `CREATE TABLE dead_code_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL) STRICT;`,
      postgres: `CREATE TABLE dead_code_cursor (id integer PRIMARY KEY CHECK (id = 1), sequence bigint NOT NULL);`,
    },
  },
];

const CURSOR_GUARD = 'tasks.deadCodeCursor';
const RETRY_MS = 2000;
/** How soon it is noticed that another instance has ended before it searched what it had completed. */
const LOOK_EVERY_MS = 10_000;

export interface DeadCodeParts {
  readonly events: EventStore;
  readonly database: Database;
  readonly orchestrator: Pick<Orchestrator, 'taskOver' | 'hasSlotToSpare'>;
  readonly analyser: Pick<DeadCodeAnalyser, 'analyse'>;
  readonly report: (message: string, error: unknown) => void;
}

type Completion = StoredEvent<'TASK_COMPLETE'>;

/**
 * Follows the log and adds DEAD_CODE_ANALYSIS to every completed task, one at a time and only while there is a slot to
 * spare, so that no task waits for it. How far it has come is committed with the analysis: each completion gets one,
 * also when the server is killed in between. It begins with the first completion after it was opened for the first time.
 */
export class DeadCodeFollower {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  private constructor(private readonly parts: DeadCodeParts) {}

  static async open(parts: DeadCodeParts): Promise<DeadCodeFollower> {
    const { database, events } = parts;
    await database.migrate('deadCode', migrations);
    const sql = 'INSERT INTO dead_code_cursor (id, sequence) VALUES (1, ?) ON CONFLICT DO NOTHING';
    await database.write([{ sql, parameters: [await events.lastSequence()] }]);
    return new DeadCodeFollower(parts);
  }

  /** Nothing is searched from now on, and nothing of what is completed meanwhile will be. Safe to repeat. */
  static async forget(database: Database): Promise<void> {
    await database.migrate('deadCode', migrations);
    await database.write([{ sql: 'DELETE FROM dead_code_cursor', parameters: [] }]);
  }

  start(): void {
    this.following = this.follow();
  }

  /** Gives up the search that is under way; the next start does it again. Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    this.wake();
    await this.following;
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        // Heard before the log is read: what comes in between is not missed.
        const over = this.parts.orchestrator.taskOver();
        const next = await this.next();
        if (!next) await this.unlessStopped(orLater(over, signal));
        else if (await this.unlessStopped(this.parts.orchestrator.hasSlotToSpare())) await this.analyse(next);
        else await sleep(RETRY_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.parts.report('dead code was not searched for; it is tried again', error);
        await sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  private unlessStopped<T>(wait: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      this.wake = () => resolve(null);
      wait.then(resolve, reject);
      if (this.stopping.signal.aborted) resolve(null);
    });
  }

  /** The first completion that nothing was done about yet. */
  private async next(): Promise<{ readonly completion: Completion; readonly cursor: number } | null> {
    const { database, events } = this.parts;
    const reader = database.reader<CursorTables>();
    const { sequence: cursor } = await reader.selectFrom('dead_code_cursor').selectAll().executeTakeFirstOrThrow();
    const [completion] = await events.readAll({ after: cursor, limit: 1, types: ['TASK_COMPLETE'] });
    return completion?.eventType === 'TASK_COMPLETE' ? { completion, cursor } : null;
  }

  private async analyse({ completion, cursor }: { completion: Completion; cursor: number }): Promise<void> {
    const { events, database, analyser } = this.parts;
    const { taskId, sequenceNumber } = completion;
    const move = {
      sql: 'UPDATE dead_code_cursor SET sequence = ? WHERE sequence = ?',
      parameters: [sequenceNumber, cursor],
      guard: { name: CURSOR_GUARD, rows: 1 },
    };
    const subject = await this.subjectOf(completion);
    try {
      if (!subject) {
        await database.write([move]);
        return;
      }
      const data = await analyser.analyse({ ...subject, signal: this.stopping.signal });
      await events.append(taskId, [{ eventType: 'DEAD_CODE_ANALYSIS', data }], {
        causationId: completion.eventId,
        alongside: [move],
      });
    } catch (error) {
      // Somebody else was faster: look again.
      if (error instanceof StreamConflictError || error instanceof GuardFailedError) return;
      throw error;
    }
  }

  /** What is to be searched; null where the stream is no coding task, or was searched already. */
  private async subjectOf({
    taskId,
    codeVersion,
  }: Completion): Promise<{ readonly language: string; readonly files: readonly SourceFile[] } | null> {
    const types = [...fileEventTypes, 'PLANNING_COMPLETE', 'DEAD_CODE_ANALYSIS'] as const;
    const facts = await this.parts.events.getEvents(taskId, { types });
    const planned = facts.findLast((fact) => fact.eventType === 'PLANNING_COMPLETE');
    if (!planned || facts.some(({ eventType }) => eventType === 'DEAD_CODE_ANALYSIS')) return null;
    return { language: planned.data.plan.language, files: [...filesAtVersion(facts, codeVersion).values()] };
  }
}

/** Resolves with the promise, or after a while. */
async function orLater(promise: Promise<void>, stopping: AbortSignal): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([
      promise,
      sleep(LOOK_EVERY_MS, AbortSignal.any([over.signal, stopping])).catch(() => undefined),
    ]);
  } finally {
    over.abort();
  }
}
