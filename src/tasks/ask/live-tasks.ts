import { type CachePriority, type Knowledge, OnlineCache, Outlines, TaskMemory } from '../../context/index.ts';
import type { EventStore, StoredEvent } from '../../events/index.ts';
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
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly taskId: string,
    private readonly store: Pick<EventStore, 'getEvents'>,
    private readonly outlines: Outlines,
    public priority: CachePriority,
  ) {}

  /** One after the other: two that fold the same events at once would fold them twice. */
  knownAt(sequence: number, name: string, related: ReadonlySet<string>): Promise<Known> {
    const next = this.last.then(async () => {
      await this.read(sequence);
      const { memory, events } = await this.fold(name, related);
      return {
        events: events.filter(({ streamSequence }) => streamSequence <= sequence),
        knowledge: memory.ledger.at(sequence),
      };
    });
    this.last = next.catch(() => undefined);
    return next;
  }

  private async read(sequence: number): Promise<void> {
    if (sequence <= this.sequence) return;
    const news = await this.store.getEvents(this.taskId, { afterSequence: this.sequence, until: sequence });
    for (const event of news) {
      this.sequence = event.streamSequence;
      // A call says nothing that its outcome does not, and holds a whole prompt.
      if (/^(?:MODEL_CALL|WORK_ITEM)_/.test(event.eventType)) continue;
      this.events.push(event);
      this.tokens += JSON.stringify(event.data).length / CHARACTERS_PER_TOKEN;
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
