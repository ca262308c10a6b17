import type { EventStore, EventType, StoredEvent, TaskState } from '../../events/index.ts';
import { sleep } from '../../kernel/clock.ts';
import { type GuardedStatement, GuardFailedError } from '../../storage/index.ts';
import { statusOf } from '../task-view.ts';
import { indexChanges, type TaskIndex } from './task-index.ts';

/** What a task is found by changes with these alone. */
const followedTypes: readonly EventType[] = [
  'TASK_CREATED',
  'TASK_STARTED',
  'QUESTIONS_ASKED',
  'QUESTIONS_ANSWERED',
  'PLANNING_COMPLETE',
  'PLAN_APPROVED',
  'PLAN_REJECTED',
  'PLAN_EDITED',
  'TASK_PAUSED',
  'TASK_RESUMED',
  'TASK_COMPLETE',
  'TASK_FAILED',
  'TASK_CANCELLED',
];

const BATCH = 500;
const LOOK_EVERY_MS = 1000;
/** The cursor moves so often at the least, however little of what is followed comes. */
const STRIDE = 10_000;

export interface TaskIndexParts {
  readonly events: EventStore;
  readonly index: TaskIndex;
  /** The newest state of a task. */
  readonly stateOf: (taskId: string) => Promise<TaskState>;
  readonly report: (message: string, error: unknown) => void;
}

/**
 * Keeps the index of tasks in step with the log. How far it has come is committed with what came of it, so several may
 * follow the same log, and none misses or repeats anything whenever it ends.
 */
export class TaskIndexFollower {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private catchingUp: Promise<void> = Promise.resolve();
  /** Up to here the log has nothing that the index does not know. */
  private seen = 0;

  constructor(private readonly parts: TaskIndexParts) {}

  start(): void {
    this.following = this.follow();
  }

  /** Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    await this.following;
    await this.catchingUp;
  }

  /** Resolves once the index knows what the log held when it was asked. Calls follow each other. */
  catchUp(): Promise<void> {
    const next = this.catchingUp.then(() => this.readOn());
    this.catchingUp = next.catch(() => undefined);
    return next;
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.catchUp();
      } catch (error) {
        if (signal.aborted) return;
        this.parts.report('the index of tasks was not brought up to date; it is tried again', error);
      }
      await sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async readOn(): Promise<void> {
    const { events, index } = this.parts;
    const last = await events.lastSequence();
    while (this.seen < last && !this.stopping.signal.aborted) {
      const cursor = await index.cursor();
      const batch = await events.readAll({ after: Math.max(cursor, this.seen), limit: BATCH, types: followedTypes });
      const newest = batch.at(-1)?.sequenceNumber;
      const end = batch.length < BATCH ? Math.max(newest ?? 0, last) : (newest ?? last);
      const isWorthIt = batch.length > 0 || end - cursor > STRIDE;
      if (!isWorthIt || (await this.keep(batch, cursor, end))) this.seen = end;
    }
  }

  /** False: another process was faster, and nothing was kept. */
  private async keep(batch: readonly StoredEvent[], cursor: number, end: number): Promise<boolean> {
    const statements: GuardedStatement[] = [];
    const changed = new Set<string>();
    for (const event of batch) {
      if (event.eventType !== 'TASK_CREATED') changed.add(event.taskId);
      else if (event.streamSequence === 1) statements.push(...added(event));
    }
    for (const taskId of changed) {
      const state = await this.parts.stateOf(taskId);
      statements.push(indexChanges.move(taskId, statusOf(state, null), state.plan?.language ?? null));
    }
    try {
      await this.parts.index.apply([...statements, indexChanges.moveCursor(cursor, end)]);
      return true;
    } catch (error) {
      if (error instanceof GuardFailedError) return false;
      throw error;
    }
  }
}

/** The log holds whatever was once accepted: what does not fit is left out. */
function added({ taskId, sequenceNumber, timestamp, data }: StoredEvent<'TASK_CREATED'>): readonly GuardedStatement[] {
  const { prompt, language, metadata } = data as Partial<typeof data>;
  const texts = Object.entries(metadata ?? {}).filter(([, value]) => typeof value === 'string');
  return indexChanges.add(
    { position: sequenceNumber, taskId },
    {
      prompt: typeof prompt === 'string' ? prompt : '',
      language: typeof language === 'string' ? language : null,
      createdAt: Date.parse(timestamp) || 0,
      metadata: Object.fromEntries(texts),
    },
  );
}
