import { expect } from '@jest/globals';
import { newId } from '../kernel/ids.ts';
import type { EventDraft, StoredEvent } from './event.ts';
import type { AppendOptions, EventStore, ReadOptions } from './event-store.ts';
import { Follower } from './follower.contract.ts';
import type { LogModel } from './log-model.contract.ts';
import {
  type Asked,
  type DraftSpec,
  type HistorySpec,
  type Operation,
  TASKS,
  TYPES,
} from './model-operations.contract.ts';
import { said, type StoreUnderTest } from './store-under-test.contract.ts';

/** A store with the id under which it counts in clocks. */
export interface Writer {
  readonly store: EventStore;
  readonly processId: string;
}

const CAUSE = '01990000-0000-7000-8000-00000000000c';

/** One history asked of the stores and of the model alike, in streams of its own. */
export class ModelRun {
  private readonly subject: StoreUnderTest;
  private readonly writers: readonly Writer[];
  private readonly model: LogModel;
  private readonly name: string;
  private readonly begin: number;
  private onlyStore: number | null = null;
  /** Drafts with an id of their own. */
  private readonly named: { readonly taskId: string; readonly draft: EventDraft }[] = [];
  private readonly repeatable: { readonly taskId: string; readonly drafts: readonly EventDraft[] }[] = [];
  private readonly followers: { readonly follower: Follower; readonly expected: () => readonly StoredEvent[] }[] = [];

  /** `name` sorts after those of the runs before it. */
  constructor(subject: StoreUnderTest, writers: readonly Writer[], model: LogModel, name: string) {
    this.subject = subject;
    this.writers = writers;
    this.model = model;
    this.name = name;
    this.begin = model.events.length;
  }

  async run({ onlyStore, operations }: HistorySpec): Promise<void> {
    this.onlyStore = onlyStore;
    try {
      for (const operation of operations) await this.ask(operation);
      for (const { follower, expected } of this.followers) {
        await follower.until(expected().length);
        expect(await follower.end()).toEqual(expected());
      }
      const { store } = this.writer(0);
      for (const taskId of TASKS.map((_, index) => this.taskId(index))) {
        expect(await store.verify(taskId)).toEqual({ intact: true, events: this.model.stream(taskId).length });
      }
    } finally {
      for (const { follower } of this.followers) await follower.end();
    }
  }

  private async ask(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'append':
        return this.append(operation);
      case 'repeat':
        return this.repeat(operation);
      case 'together':
        return this.together(operation);
      case 'many':
        return this.many(operation);
      case 'read':
        return this.read(operation);
      case 'pages':
        return this.pages(operation);
      case 'streams':
        return this.streams(operation);
      case 'find':
        return this.find(operation);
      case 'stand':
        return this.stand(operation);
      case 'follow':
        return this.follow(operation);
    }
  }

  private async append(asked: Asked<'append'>): Promise<void> {
    const taskId = this.taskId(asked.task);
    const drafts = asked.drafts.map((spec) => {
      return this.draft(taskId, asked.isNamed && spec.id === 'none' ? { ...spec, id: 'new' } : spec);
    });
    if (asked.isNamed && drafts.length > 0) this.repeatable.push({ taskId, drafts });
    await this.appendOn(asked, taskId, drafts, {
      ...(asked.causationId ? { causationId: CAUSE } : {}),
      ...(asked.correlationId === null ? {} : { correlationId: asked.correlationId }),
    });
  }

  private async repeat(asked: Asked<'repeat'>): Promise<void> {
    const earlier = this.repeatable[asked.which % this.repeatable.length];
    if (earlier) await this.appendOn(asked, earlier.taskId, earlier.drafts, {});
  }

  private async appendOn(
    { by, expected, guards }: Asked<'append' | 'repeat'>,
    taskId: string,
    drafts: readonly EventDraft[],
    more: AppendOptions,
  ): Promise<void> {
    const position = this.model.stream(taskId).length;
    const off = { none: 0, right: 0, below: -1, above: 1 }[expected];
    const expectedSequence = Math.max(0, position + off);
    let counter = this.model.counter;
    const options: AppendOptions = {
      ...more,
      ...(expected === 'none' ? {} : { expectedSequence }),
      alongside: guards.map((holds) => this.subject.addToCounter(1, holds ? counter++ : counter + 1)),
    };
    const { store, processId } = this.writer(by);
    const appending = store.append(taskId, drafts, options);
    const isRepetition = this.model.isRepetition(drafts);
    if (this.model.isIdReused(taskId, drafts)) {
      await expect(appending).rejects.toMatchObject({ code: 'EVENTS_ID_REUSED' });
    } else if (expectedSequence !== position && !isRepetition) {
      const numbers = { expected: expectedSequence, actual: position };
      await expect(appending).rejects.toMatchObject({ code: 'EVENTS_STREAM_CONFLICT', ...numbers });
    } else if (guards.includes(false) && !isRepetition) {
      await expect(appending).rejects.toMatchObject({ code: 'STORAGE_GUARD_FAILED', guard: 'counter' });
    } else {
      const answered = await appending;
      const appendedBy = { processId, now: this.subject.now, answered };
      if (!isRepetition) this.model.counter = counter;
      expect(answered).toEqual(this.model.append(taskId, drafts, options, appendedBy));
    }
    expect(await store.lastSequence()).toBe(this.model.events.length);
    expect(await this.subject.counter()).toBe(this.model.counter);
  }

  /** Callers at once: the order is the store's to choose, everything else follows from it. */
  private async together({ appends }: Asked<'together'>): Promise<void> {
    const all = await Promise.all(
      appends.map(async ({ by, task, events }) => {
        const { store, processId } = this.writer(by);
        const taskId = this.taskId(task);
        const drafts = Array.from({ length: events }, (_, index) => said(`${by}.${index}`));
        return { taskId, drafts, processId, answered: await store.append(taskId, drafts) };
      }),
    );
    const place = (events: readonly StoredEvent[]) => events[0]?.sequenceNumber ?? 0;
    for (const { taskId, drafts, processId, answered } of all.sort((a, b) => place(a.answered) - place(b.answered))) {
      const by = { processId, now: this.subject.now, answered };
      expect(answered).toEqual(this.model.append(taskId, drafts, {}, by));
    }
  }

  private async many({ by, task, events }: Asked<'many'>): Promise<void> {
    const { store, processId } = this.writer(by);
    const taskId = this.taskId(task);
    const drafts = Array.from({ length: events }, (_, index) => said(`${index}`));
    const answered = await store.append(taskId, drafts);
    expect(answered).toEqual(this.model.append(taskId, drafts, {}, { processId, now: this.subject.now, answered }));
    expect(await store.getEvents(taskId)).toEqual(this.model.stream(taskId));
    const backwards = { direction: 'backwards' } as const;
    expect(await store.getEvents(taskId, backwards)).toEqual(this.model.read(taskId, backwards));
  }

  private async read({ by, task, asArray, after, until, types, limit, backwards }: Asked<'read'>): Promise<void> {
    const taskId = this.taskId(task);
    const options: ReadOptions = {
      ...(after === null ? {} : { afterSequence: after }),
      ...(until === null ? {} : { until: typeof until === 'number' ? until : this.moment(taskId, until) }),
      ...(types === null ? {} : { types }),
      ...(limit === null ? {} : { limit }),
      ...(backwards ? { direction: 'backwards' } : {}),
    };
    const { store } = this.writer(by);
    const events: StoredEvent[] = [];
    if (asArray) events.push(...(await store.getEvents(taskId, options)));
    else for await (const event of store.read(taskId, options)) events.push(event);
    expect(events).toEqual(this.model.read(taskId, options));
  }

  private async pages({ by, limit }: Asked<'pages'>): Promise<void> {
    const { store } = this.writer(by);
    for (let after = this.begin; ; after += limit) {
      const page = await store.readAll({ after, limit });
      expect(page).toEqual(this.model.events.slice(after, after + limit));
      if (page.length === 0) return;
    }
  }

  private async streams({ by, limit }: Asked<'streams'>): Promise<void> {
    const { store } = this.writer(by);
    for (let afterTaskId = this.name; ;) {
      const page = await store.streams({ afterTaskId, limit });
      expect(page).toEqual(this.model.heads(afterTaskId, limit));
      const last = page.at(-1);
      if (!last) return;
      afterTaskId = last.taskId;
    }
  }

  private async find({ by, which, upperCase }: Asked<'find'>): Promise<void> {
    const { store } = this.writer(by);
    const eventId = this.model.events[this.begin + which]?.eventId ?? newId();
    expect(await store.findEvent(upperCase ? eventId.toUpperCase() : eventId)).toEqual(this.model.find(eventId));
  }

  private async stand({ by, task }: Asked<'stand'>): Promise<void> {
    const { store } = this.writer(by);
    const taskId = this.taskId(task);
    const head = this.model.head(taskId);
    expect(await store.head(taskId)).toEqual(head);
    expect(await store.latestVersion(taskId)).toBe(head?.codeVersion ?? 0);
    expect(await store.lastSequence()).toBe(this.model.events.length);
  }

  private follow({ by, task, back }: Asked<'follow'>): void {
    const { store } = this.writer(by);
    if (task === null) {
      const after = Math.max(0, this.model.events.length - back);
      const follower = new Follower((signal) => store.subscribe({ after, signal }));
      this.followers.push({ follower, expected: () => this.model.events.slice(after) });
    } else {
      const taskId = this.taskId(task);
      const after = Math.max(0, this.model.stream(taskId).length - back);
      const follower = new Follower((signal) => store.subscribe({ taskId, after, signal }));
      this.followers.push({ follower, expected: () => this.model.stream(taskId).slice(after) });
    }
  }

  private draft(taskId: string, spec: DraftSpec): EventDraft {
    const fresh = this.freshDraft(taskId, spec);
    if (spec.id === 'none') return fresh;
    const known = this.named.filter((each) => each.taskId === taskId || spec.id === 'misused');
    const earlier = known[spec.which % known.length]?.draft;
    if (spec.id === 'again' && earlier) return earlier;
    if (spec.id === 'misused' && earlier) return misused(earlier, spec);
    // What an author repeats says its cause itself.
    const draft = { ...fresh, causationId: fresh.causationId ?? null, eventId: newId() };
    this.named.push({ taskId, draft });
    return draft;
  }

  private freshDraft(taskId: string, { type, word, codeVersion, second, clock, cause, which }: DraftSpec): EventDraft {
    const earlier = this.model.stream(taskId)[which]?.vectorClock ?? {};
    const clocks = { empty: {}, reporter: { reporter: which }, earlier };
    return {
      eventType: TYPES[type] ?? 'USER_INTERVENTION',
      // The store asks no more of data than that it is plain.
      data: { word },
      ...(codeVersion === null ? {} : { codeVersion }),
      ...(second === null ? {} : { timestamp: new Date(this.subject.now + second * 1000).toISOString() }),
      ...(clock === null ? {} : { vectorClock: clocks[clock] }),
      ...(cause === 'option' ? {} : { causationId: cause === 'none' ? null : CAUSE }),
    } as unknown as EventDraft;
  }

  private moment(taskId: string, { which, off }: { which: number; off: number }): string {
    const timestamp = this.model.stream(taskId)[which]?.timestamp;
    return new Date((timestamp === undefined ? this.subject.now : Date.parse(timestamp)) + off).toISOString();
  }

  private taskId(index: number): string {
    return `${this.name}${TASKS[index]}`;
  }

  private writer(index: number): Writer {
    const writer = this.writers[this.onlyStore ?? index];
    if (!writer) throw new Error(`there is no store ${index}`);
    return writer;
  }
}

/** The same id with something else; or with the same, in what may be another stream. */
function misused(draft: EventDraft, { which }: DraftSpec): EventDraft {
  const changes = [
    { data: { word: 'other' } },
    { eventType: 'TASK_COMPLETE' },
    { codeVersion: 9 },
    { timestamp: '2020-01-01T00:00:00.000Z' },
    { causationId: '01990000-0000-7000-8000-00000000000d' },
    {},
  ];
  return { ...draft, ...changes[which % changes.length] } as EventDraft;
}
