import type { StoredEvent } from '../events/index.ts';
import { RecordFold } from './graph/fold-records.ts';
import type { NetworkedCache } from './graph/networked-cache.ts';
import { chooseFacts } from './history/choose-facts.ts';
import { Ledger } from './history/ledger.ts';
import type { ModuleCode } from './history/module-code.ts';
import { Outlines } from './history/outlines.ts';
import { TaskReader } from './history/read-task.ts';
import { type RelevantEvent, relevantEvents } from './history/relevant-events.ts';
import { StatementWriter } from './history/task-statements.ts';
import { buildHierarchy, type HierarchicalContext } from './levels/build-hierarchy.ts';
import { taskParts } from './levels/task-parts.ts';
import type { Room } from './rank/fill-budget.ts';

export interface ContextSubject {
  /** Path of the module that is worked on. */
  readonly module: string;
  /** What is to be done, in words. Default: ''. */
  readonly text?: string;
  /** Functions of it that are meant, such as `src/a.ts#add`. Default: the module as a whole. */
  readonly symbols?: readonly string[];
}

/** Of the budget, what the ledger may take. */
const FACTS_SHARE = 0.3;

/**
 * All that is known of one task, kept up with its events: its ledger, its graph, its newest code. It can be thrown away
 * at any time and made again from the events; the same events give the same contexts, byte for byte.
 */
export class TaskMemory {
  readonly taskId: string;
  readonly ledger = new Ledger();
  readonly #events: StoredEvent[] = [];
  readonly #code = new Map<string, ModuleCode>();
  readonly #reader: TaskReader;
  readonly #writer = new StatementWriter();
  readonly #fold: RecordFold;

  /** Memories may share `outlines`: what one has parsed the other need not. */
  constructor(taskId: string, outlines = new Outlines()) {
    this.taskId = taskId;
    this.#reader = new TaskReader(outlines);
    this.#fold = new RecordFold(taskId);
  }

  get graph(): NetworkedCache {
    return this.#fold.cache;
  }

  /** Stream sequence of the newest event that is known; 0 before the first. */
  get sequence(): number {
    return this.#events.at(-1)?.streamSequence ?? 0;
  }

  /** The code version after that event; 0 before the first. */
  get codeVersion(): number {
    return this.#events.at(-1)?.codeVersion ?? 0;
  }

  /** Paths of the files that are planned or there, sorted. */
  get files(): readonly string[] {
    const ofFiles = this.graph.nodes().filter(({ type }) => type === 'module' || type === 'test');
    const paths = ofFiles.map(({ metadata }) => metadata['module']).filter((path) => typeof path === 'string');
    return [...new Set(paths)].sort();
  }

  /** Takes in what came since, whatever the order here; events that are known or of other tasks are passed over. */
  async add(events: readonly StoredEvent[]): Promise<void> {
    const inOrder = events
      .filter(({ taskId }) => taskId === this.taskId)
      .sort((a, b) => a.streamSequence - b.streamSequence);
    for (const event of inOrder) {
      if (event.streamSequence <= this.sequence) continue;
      this.#events.push(event);
      for (const record of await this.#reader.read(event)) {
        if (record.kind === 'planned') for (const path of record.removed) this.#code.delete(path);
        if (record.kind === 'coded') for (const file of record.files) this.#code.set(file.path, file);
        for (const statement of this.#writer.write(record)) this.ledger.add(statement);
        this.#fold.apply(record);
      }
    }
  }

  /** What a model is told for work on a module, in levels and at most 80 % of the budget, as buildHierarchy has it. */
  contextFor({ module, text = '', symbols = [module] }: ContextSubject, room: Room): HierarchicalContext {
    const newest = this.#events.at(-1);
    const { graph } = this;
    const facts = chooseFacts(
      this.ledger.at(),
      { symbols, text },
      { ...room, budgetTokens: Math.floor(room.budgetTokens * FACTS_SHARE) },
    );
    const events = newest === undefined ? [] : this.#eventsFor(newest, module);
    const codeOf = (path: string) => {
      const file = this.#code.get(path);
      return file === undefined ? null : { code: file.content, outline: file.outline };
    };
    return buildHierarchy(taskParts(this.taskId, module, { graph, facts, events, codeOf }), room);
  }

  /** What matters of what happened, oldest first. */
  #eventsFor(newest: StoredEvent, module: string): readonly RelevantEvent[] {
    const relevant = relevantEvents(this.#events, asIfNext(newest, module));
    const known = new Set(relevant.map(({ event }) => event));
    const corrections = this.#events
      .filter((event) => event.eventType === 'CORRECTION_COMPLETED' && event.data.module === module)
      .slice(-MAX_ITERATIONS)
      .filter((event) => !known.has(event))
      .map((event): RelevantEvent => ({ event, reason: 'sameModuleBefore' }));
    return [...corrections, ...relevant].sort((a, b) => a.event.streamSequence - b.event.streamSequence);
  }
}

/** So many corrections of a module are told, however long ago. */
const MAX_ITERATIONS = 2;

/** The event that the context is for: it will come after the newest one, and concern the module. */
function asIfNext(newest: StoredEvent, module: string): StoredEvent {
  const { eventId: causationId, streamSequence } = newest;
  const data = { module };
  return { ...newest, eventType: 'MODULE_STARTED', data, causationId, streamSequence: streamSequence + 1 };
}
