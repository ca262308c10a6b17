import { describe, expect, it } from '@jest/globals';
import {
  answered,
  created,
  failed,
  generated,
  planned,
  requested,
  source,
  started,
} from '../../test/support/coding-facts.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft, StoredEvent } from '../events/index.ts';
import { compareStreams, differingPaths } from './compare-streams.ts';

const drafts = [created(), started, planned({ path: 'a.js' }), requested('c', 'GenerateModule', 'a.js'), answered('c')];
const stream = storedEvents('one', drafts);
const other = (...changed: EventDraft[]) => storedEvents('other', changed);
const pathsOf = (one: EventDraft, two: EventDraft) =>
  differingPaths(storedEvents('a', [one])[0] as StoredEvent, storedEvents('b', [two])[0] as StoredEvent);

describe('two streams', () => {
  it('are the same where only ids, clocks, hashes and times are not [OR-33]', async () => {
    const copy = other(
      ...drafts.map((draft): EventDraft => {
        const data = 'callId' in draft.data ? { ...draft.data, callId: 'other', durationMs: 99 } : draft.data;
        const { eventType } = draft;
        return { eventType, data, timestamp: '2020-02-02T00:00:00.000Z', causationId: 'x' } as EventDraft;
      }),
    ).map((event) => ({ ...event, vectorClock: { elsewhere: 9 }, correlationId: 'y', sequenceNumber: 77 }));
    expect(await compareStreams(stream, copy)).toEqual({
      kind: 'none',
      samePrefix: 5,
      event: null,
      otherEvent: null,
      paths: [],
    });
  });

  it('part where one ends and the other goes on [OR-33]', async () => {
    const shorter = stream.slice(0, 3);
    const found = { kind: 'continuation', samePrefix: 3, paths: [] };
    expect(await compareStreams(stream, shorter)).toEqual({ ...found, event: stream[3], otherEvent: null });
    expect(await compareStreams(shorter, stream)).toEqual({ ...found, event: null, otherEvent: stream[3] });
    expect(await compareStreams([], stream)).toMatchObject({ kind: 'continuation', samePrefix: 0 });
    expect(await compareStreams([], [])).toMatchObject({ kind: 'none', samePrefix: 0 });
  });

  it('part where something else happened, and nothing after it counts [OR-33]', async () => {
    const parted = other(...drafts.slice(0, 3), failed('a.js', 'x'), answered('c'), generated('a.js', 1));
    expect(await compareStreams(stream, parted)).toEqual({
      kind: 'type',
      samePrefix: 3,
      event: stream[3],
      otherEvent: parted[3],
      paths: [],
    });
  });

  it('part where the same happened with other data, which is named by its paths [OR-33]', async () => {
    const parted = other(created(), started, planned({ path: 'b.js' }, { path: 'c.js' }), answered('c'));
    expect(await compareStreams(stream, parted)).toEqual({
      kind: 'data',
      samePrefix: 2,
      event: stream[2],
      otherEvent: parted[2],
      paths: ['data.plan.modules[0].path', 'data.plan.modules[0].description', 'data.plan.modules[1]'],
    });
  });

  it('are read side by side, no further than to where they part, and let go of then', async () => {
    const read: string[] = [];
    async function* reading(name: string, events: readonly StoredEvent[]) {
      try {
        for (const event of events) {
          read.push(`${name} ${event.streamSequence}`);
          yield await Promise.resolve(event);
        }
      } finally {
        read.push(`${name} closed`);
      }
    }
    const parted = other(created(), failed(null, 'x'), started, started);
    await compareStreams(reading('one', stream), reading('other', parted));
    expect(read.sort()).toEqual(['one 1', 'one 2', 'one closed', 'other 1', 'other 2', 'other closed']);
  });
});

describe('the paths of a difference', () => {
  it('name missing fields, other kinds of values, the code version and keys that are no names', () => {
    expect(pathsOf(created(), created({ language: 'python' }))).toEqual(['data.language']);
    expect(pathsOf(created({ limits: { maxTokens: 1 } }), created())).toEqual(['data.limits.maxTokens']);
    expect(pathsOf(created({ modules: [] }), created())).toEqual(['data.modules']);
    expect(pathsOf(generated('a.js', 1), generated('a.js', 2))).toEqual(['codeVersion']);
    expect(pathsOf(created({ metadata: { 'my key': 'a' } }), created({ metadata: { toString: 'b' } }))).toEqual([
      'data.metadata["my key"]',
      'data.metadata.toString',
    ]);
  });

  it('do not pass over what is only called like an id or a time, in the words of a model', () => {
    const saying = (until: string): EventDraft => ({
      eventType: 'MODEL_CALL_COMPLETED',
      data: { callId: 'c', answer: { until }, by: 'x', model: null, usage: null, durationMs: 1, attempts: 1 },
    });
    expect(pathsOf(saying('a'), saying('b'))).toEqual(['data.answer.until']);
  });

  it('are a hundred at most', () => {
    const files = (content: string) => Array.from({ length: 150 }, (_, index) => source(`${index}.js`, content));
    expect(pathsOf(created({ files: files('a') }), created({ files: files('b') }))).toHaveLength(100);
  });
});
