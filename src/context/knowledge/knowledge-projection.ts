import type { EventStore, EventType, StoredEvent } from '../../events/index.ts';
import { sleep } from '../../kernel/clock.ts';
import type { Embedder } from '../../llm/index.ts';
import { GuardFailedError, type GuardedStatement } from '../../storage/index.ts';
import './knowledge.events.ts';
import { changes } from './knowledge-changes.ts';
import type { KnowledgeTable } from './knowledge-table.ts';
import { endingTypes, lessonEventTypes, lessonsOf } from './lessons.ts';
import type { VectorIndex } from './vector-index.ts';

export interface ProjectionParts {
  readonly events: EventStore;
  readonly table: KnowledgeTable;
  /** Null: nothing is found by meaning. */
  readonly meaning: { readonly embedder: Embedder; readonly vectors: VectorIndex } | null;
  readonly warn: (message: string, error?: unknown) => void;
}

const followedTypes: readonly EventType[] = [
  ...endingTypes,
  'MEMORY_STORED',
  'KNOWLEDGE_CORRECTED',
  'KNOWLEDGE_FORGOTTEN',
];

/** Ended tasks that are learned from in one commit. */
const BATCH = 20;
/** Entries that are embedded in one call. */
const EMBEDDED_AT_ONCE = 32;
/** The cursor is moved beyond so many events that teach nothing: the next start does not look at them again. */
const STRIDE = 10_000;
/** How soon after its end a task teaches. A subscription would read every event, and few of them teach. */
const LOOK_EVERY_MS = 1000;
/** Of an entry, what its vector is made of: small embedding models read no more. */
const EMBEDDED_CHARACTERS = 2000;

/**
 * Follows the log and keeps the table of what was learned in step with it. How far it has come is committed with what
 * came of it, so nothing is learned twice or left out, whenever the server ends, and several may follow the same log.
 * Damaged tables are made anew from the log.
 */
export class KnowledgeProjection {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private catchingUp: Promise<void> = Promise.resolve();
  private embedderFails = false;
  private mayLackVectors = true;
  /** Where the cursor was seen last, and up to which event beyond it there was nothing to learn. */
  private cursor = 0;
  private seen = 0;

  constructor(private readonly parts: ProjectionParts) {}

  /**
   * Looks whether the tables are whole, thoroughly where something went wrong with them. Where they are not, they are
   * emptied, and the next catching up fills them. Answers whether that was so.
   */
  async repair({ thorough }: { readonly thorough: boolean }): Promise<boolean> {
    const damage = await this.parts.table.damage({ thorough });
    if (damage === null) return false;
    this.parts.warn(`What was learned in past tasks is damaged (${damage}): it is read again from the log.`);
    await this.parts.table.recreate();
    return true;
  }

  start(): void {
    this.following = this.follow();
  }

  /** Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    await this.following;
  }

  /** Resolves once the table holds what the log had taught when it was asked. Calls follow each other. */
  catchUp(): Promise<void> {
    const next = this.catchingUp.then(() => this.readOn());
    this.catchingUp = next.catch(() => undefined);
    return next;
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if ((await this.parts.events.lastSequence()) !== this.seen) await this.catchUp();
        if (this.mayLackVectors) await this.embedMissing();
      } catch (error) {
        if (signal.aborted) return;
        this.parts.warn('What tasks have taught could not be kept; it is tried again.', error);
        await this.repair({ thorough: true }).catch(() => undefined);
      }
      await sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async readOn(): Promise<void> {
    const { events, table } = this.parts;
    for (;;) {
      const [cursor, last] = [await table.cursor(), await events.lastSequence()];
      // Somebody has made the tables anew, and begins at the beginning.
      if (cursor < this.cursor) this.seen = 0;
      this.cursor = cursor;
      const after = Math.max(cursor, this.seen);
      const batch = await events.readAll({ after, limit: BATCH, types: followedTypes });
      const end = batch.at(-1)?.sequenceNumber ?? (last - cursor > STRIDE ? last : cursor);
      if (end !== cursor && !(await this.keep(batch, cursor, end))) continue;
      if (batch.length === 0) {
        this.seen = last;
        return;
      }
    }
  }

  /** False: another process was faster, and nothing was kept. */
  private async keep(batch: readonly StoredEvent[], cursor: number, end: number): Promise<boolean> {
    const statements: GuardedStatement[] = [];
    for (const event of batch) statements.push(...(await this.changesOf(event)));
    try {
      await this.parts.table.apply([...statements, changes.moveCursor(cursor, end)]);
      this.mayLackVectors = true;
      return true;
    } catch (error) {
      if (error instanceof GuardFailedError) return false;
      throw error;
    }
  }

  private async changesOf(event: StoredEvent): Promise<readonly GuardedStatement[]> {
    switch (event.eventType) {
      case 'MEMORY_STORED': {
        const { id, title, text, subject } = event.data;
        const { eventId } = event;
        return changes.learn({ id, kind: 'memory', title, text, taskId: subject, module: null, language: '', eventId });
      }
      case 'KNOWLEDGE_CORRECTED': {
        const { id, title, text, by } = event.data;
        return changes.correct(id, title, text, by);
      }
      case 'KNOWLEDGE_FORGOTTEN':
        return changes.forget(event.data.id);
      default: {
        const options = { types: lessonEventTypes, until: event.streamSequence };
        const course = await this.parts.events.getEvents(event.taskId, options);
        return lessonsOf(course).flatMap((lesson) => changes.learn(lesson));
      }
    }
  }

  /** Gives every entry a vector. An embedder that fails is told of once, and tried again with the next lesson. */
  private async embedMissing(): Promise<void> {
    const { meaning, warn } = this.parts;
    if (!meaning) return;
    const { embedder, vectors } = meaning;
    this.mayLackVectors = false;
    try {
      for (;;) {
        const entries = await vectors.missing(EMBEDDED_AT_ONCE);
        if (entries.length === 0) break;
        const texts = entries.map(({ title, text }) => `${title}\n${text}`.slice(0, EMBEDDED_CHARACTERS));
        const made = await embedder.embed(texts, this.stopping.signal);
        await vectors.keep(new Map(entries.flatMap((entry, index) => (made[index] ? [[entry, made[index]]] : []))));
      }
      this.embedderFails = false;
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      if (!this.embedderFails) warn('What tasks have taught cannot be found by meaning now, only by words.', error);
      this.embedderFails = true;
    }
  }
}
