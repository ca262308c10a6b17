import { type CachePriority, type Knowledge, OnlineCache, Outlines, TaskMemory } from '../../context/index.ts';
import type { EventStore, ReadOptions, StoredEvent } from '../../events/index.ts';
import type { CodingState } from '../coding-state.ts';
import { relatedEvents, relatedFiles } from './related-files.ts';

/** The state that a question is put by. */
export interface Moment {
  readonly state: CodingState;
  /** Stream sequence of the newest fact in it. */
  readonly sequence: number;
}

/** What a moment knows around a file: the events that concern it, oldest first, and what they come to. */
export interface Known {
  readonly events: readonly StoredEvent[];
  readonly knowledge: Knowledge;
}

/** Of all tasks together; some 16 MB of events. A task that needs more of it is read anew for every question. */
const LIVE_TOKENS = 4_000_000;
const CHARACTERS_PER_TOKEN = 4;

/**
 * What the tasks at hand know, kept up with their events: a question reads and folds only what came since the one before.
 * It is the same, to the byte, as what the events up to its moment give when they are read anew, also for a moment long
 * past. Tasks that are running push out those that are only looked at, and of these the one unused for longest goes first.
 */
export class LiveTasks {
  private readonly tasks: OnlineCache<LiveTask>;
  private readonly outlines = new Outlines();

  constructor(
    private readonly store: Pick<EventStore, 'getEvents'>,
    budgetTokens = LIVE_TOKENS,
  ) {
    this.tasks = new OnlineCache(budgetTokens);
  }

  /** Null for a module: the task as a whole. HIGH: the task is running; LOW: somebody looks at it. */
  async knownAt({ state, sequence }: Moment, module: string | null, priority: CachePriority): Promise<Known> {
    const { taskId } = state;
    const task = this.tasks.get(taskId) ?? new LiveTask(taskId, this.store, this.outlines, priority);
    this.keep(task);
    const known = await task.knownAt(sequence, module ?? '', relatedFiles(state, module));
    if (priority === 'HIGH') task.priority = priority;
    // It may have grown, or have had to go meanwhile.
    this.keep(task);
    return known;
  }

  /** What `use` makes of all that is known of a task by now; it may not keep the memory, which goes on. */
  async withMemory<Result>(taskId: string, use: (memory: TaskMemory) => Result): Promise<Result> {
    const task = this.tasks.get(taskId) ?? new LiveTask(taskId, this.store, this.outlines, 'LOW');
    this.keep(task);
    const result = await task.withMemory(use);
    this.keep(task);
    return result;
  }

  private keep(task: LiveTask): void {
    const { taskId: key, tokens, priority } = task;
    this.tasks.put({ key, value: task, tokens, priority });
  }
}

/** What is known around one file. */
interface Subject {
  /** The files whose events it is made of. */
  readonly related: string;
  readonly memory: TaskMemory;
  readonly events: StoredEvent[];
  /** How many of the task's events are in. */
  folded: number;
}

class LiveTask {
  tokens = 0;
  private readonly events: StoredEvent[] = [];
  private sequence = 0;
  private readonly subjects = new Map<string, Subject>();
  private whole: TaskMemory | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly taskId: string,
    private readonly store: Pick<EventStore, 'getEvents'>,
    private readonly outlines: Outlines,
    public priority: CachePriority,
  ) {}

  knownAt(sequence: number, name: string, related: ReadonlySet<string>): Promise<Known> {
    return this.inTurn(async () => {
      if (sequence > this.sequence) await this.read({ until: sequence });
      const { memory, events } = await this.fold(name, related);
      return {
        events: events.filter(({ streamSequence }) => streamSequence <= sequence),
        knowledge: memory.ledger.at(sequence),
      };
    });
  }

  withMemory<Result>(use: (memory: TaskMemory) => Result): Promise<Result> {
    return this.inTurn(async () => {
      await this.read();
      const memory = this.whole ?? new TaskMemory(this.taskId, this.outlines);
      // Should it fail, the next one begins anew.
      this.whole = null;
      await memory.add(this.events);
      this.whole = memory;
      return use(memory);
    });
  }

  /** One after the other: two that fold the same events at once would fold them twice. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.last.then(work);
    this.last = next.catch(() => undefined);
    return next;
  }

  private async read(until: Pick<ReadOptions, 'until'> = {}): Promise<void> {
    const news = await this.store.getEvents(this.taskId, { afterSequence: this.sequence, ...until });
    for (const event of news) {
      this.sequence = event.streamSequence;
      const kept = withoutPrompt(event);
      this.events.push(kept);
      this.tokens += JSON.stringify(kept.data).length / CHARACTERS_PER_TOKEN;
    }
  }

  private async fold(name: string, files: ReadonlySet<string>): Promise<Subject> {
    const related = [...files].sort().join('\n');
    const known = this.subjects.get(name);
    const subject: Subject =
      known?.related === related
        ? known
        : { related, memory: new TaskMemory(this.taskId, this.outlines), events: [], folded: 0 };
    // Should the fold fail, the next one begins anew.
    this.subjects.delete(name);
    const news = relatedEvents(this.events.slice(subject.folded), files);
    await subject.memory.add(news);
    subject.events.push(...news);
    subject.folded = this.events.length;
    this.subjects.set(name, subject);
    return subject;
  }
}

/** What was asked is told by other events, and would take most of the room. */
function withoutPrompt(event: StoredEvent): StoredEvent {
  if (event.eventType !== 'MODEL_CALL_REQUESTED') return event;
  return { ...event, data: { ...event.data, messages: [], answerSchema: {}, manifest: [] } };
}
