import { describe, expect, it } from '@jest/globals';
import {
  answered,
  corrected,
  correcting,
  created,
  failed,
  generated,
  passed,
  planned,
  requested,
} from '../../../test/support/coding-facts.ts';
import { processorTime } from '../../../test/support/processor-time.ts';
import { shopEvents } from '../../../test/support/shop-history.ts';
import { storedEvents } from '../../../test/support/stored-events.ts';
import type { EventDraft, StoredEvent } from '../../events/index.ts';
import { estimateTokens } from '../../llm/index.ts';
import { summarizeEvents } from './event-summary.ts';

const code = 'export function add(a: number, b: number): number {\n  return a + b;\n}\n'.repeat(5);
const rounds = (count: number): readonly EventDraft[] =>
  Array.from({ length: count }, (_, index) => [
    requested(`call-${index}`, 'CorrectModule', 'a.ts'),
    answered(`call-${index}`),
    correcting('a.ts', index + 1),
    withCode(corrected('a.ts', index + 1, index + 2)),
    failed('a.ts', 'a.test.ts'),
  ]).flat();

function withCode(draft: EventDraft): EventDraft {
  if (draft.eventType !== 'CORRECTION_COMPLETED') return draft;
  return { ...draft, data: { ...draft.data, files: [{ path: 'a.ts', content: code, role: 'source' }] } };
}

/** As a task writes them, ids and all. */
const typical = (events: number) =>
  storedEvents('task', [
    created(),
    planned({ path: 'a.ts' }, { path: 'b.ts' }),
    generated('a.ts', 1),
    ...rounds(events),
  ])
    .slice(0, events)
    .map((event) => ({ ...event, correlationId: '01990000-0000-7000-8000-000000000001' }));

const tokensOf = (events: readonly StoredEvent[]) => estimateTokens(events.map((it) => JSON.stringify(it)).join('\n'));

describe('the summary of a history', () => {
  it('is at least five times shorter than 50 typical events [CX-5]', () => {
    const events = typical(50);
    expect(events).toHaveLength(50);
    const summary = summarizeEvents(events);
    expect(tokensOf(events) / estimateTokens(summary.text)).toBeGreaterThan(5);
  });

  it('says where the task stands, and the newest five events in full [CX-5]', () => {
    const summary = summarizeEvents(shopEvents());
    expect(summary).toMatchObject({ status: 'running', codeVersion: 3, modules: 2, modulesComplete: 1, iterations: 1 });
    expect(summary.older).toHaveLength(6);
    expect(summary.recent).toHaveLength(5);
    expect(summary.text).toContain('Code version: 3. Modules: 1 of 2 complete. Iterations: 1. Events: 11.');
    expect(summary.older[5]).toBe('#6 TEST_FAILED src/cart.ts: 1 passed, 1 failed: src/cart.test.ts works');
    expect(summary.recent[0]).toContain('guidance: roundPrice must never see more than 15 digits.');
    expect(summary.recent[2]).toContain('      return roundPrice(sum(prices));');
  });

  it('keeps all of fewer events in full, and says something of none [CX-5]', () => {
    const few = summarizeEvents(shopEvents().slice(0, 3));
    expect(few.older).toEqual([]);
    expect(few.recent).toHaveLength(3);
    const none = summarizeEvents([]);
    expect(none.text).toContain('Status: created. Code version: 0. Modules: 0 of 0 complete.');
  });

  it('cuts large data of older events to a line, and of newer ones to their room [CX-5]', () => {
    const large = 'a word and another one '.repeat(20_000);
    const drafts: readonly EventDraft[] = Array.from({ length: 8 }, () => ({
      eventType: 'USER_INTERVENTION',
      data: { guidance: large, by: 'ann' },
    }));
    const { older, recent } = summarizeEvents(storedEvents('task', drafts), { recentTokens: 100 });
    for (const line of older) expect(line.length).toBeLessThanOrEqual(120);
    for (const text of recent) {
      expect(estimateTokens(text)).toBeLessThanOrEqual(100);
      expect(text).toMatch(/…$/);
    }
  });

  it('tells no ids, hashes and time stamps, and of a stack its first three calls [CX-5]', () => {
    const stack = Array.from({ length: 9 }, (_, index) => `    at run (file.js:${index}:1)`).join('\n');
    const red = failed('a.ts', 'a.test.ts');
    const data = { ...red.data, output: `1 is not 2\n${stack}` };
    const { text } = summarizeEvents(storedEvents('task', [created(), { ...red, data } as EventDraft]));
    expect(text).not.toMatch(/2026-|0190000/);
    expect(text.match(/at run/g)).toHaveLength(3);
  });

  it('counts what has no room instead of leaving it out in silence [CX-5]', () => {
    const { older } = summarizeEvents(typical(300), { olderTokens: 200 });
    expect(older[0]).toMatch(/^#1 to #\d+: \d+ \w+/);
    expect(estimateTokens(older.slice(1).join('\n'))).toBeLessThanOrEqual(200);
  });

  it('takes events in any order, twice, and with those of other tasks among them', () => {
    const events = shopEvents();
    const mixed = [...shopEvents('other'), ...events, ...events].reverse();
    expect(summarizeEvents([...mixed, ...events]).text).toBe(summarizeEvents(events).text);
  });

  it('takes less than 100 ms for 1,000 events [CX-5]', async () => {
    const events = typical(1000);
    expect(await processorTime(100, () => summarizeEvents(events))).toBeLessThan(100);
  });

  it('holds for other outcomes than red ones', () => {
    const events = storedEvents('task', [
      created(),
      passed(null),
      { eventType: 'TASK_COMPLETE', data: { summary: 'ok' } },
    ]);
    expect(summarizeEvents(events).status).toBe('completed');
  });
});
