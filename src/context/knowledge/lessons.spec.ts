import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { corrected, created, generated, passed, planned, started } from '../../../test/support/coding-facts.ts';
import { storedEvent } from '../../../test/support/stored-event.ts';
import { codeOf, failureOf } from '../../../test/support/task-with-fix.ts';
import type { EventDraft, ExecutionPlan } from '../../events/index.ts';
import { changedLines } from './changed-lines.ts';
import { MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS } from './knowledge-entry.ts';
import { lessonsOf } from './lessons.ts';

const stream = (...drafts: readonly EventDraft[]) => drafts.map((draft, index) => storedEvent(index + 1, {}, draft));

const end: EventDraft = { eventType: 'TASK_COMPLETE', data: { summary: 'done' } };

describe('what a task teaches (CX-11)', () => {
  it('is an error together with the change that made its tests pass [CX-11]', () => {
    const events = stream(
      created(),
      started,
      planned({ path: 'src/slug.js' }),
      codeOf('src/slug.js', 'export const slug = (text) =>\n  text.trim();\n'),
      failureOf('src/slug.js', 'joins words', "expected 'a-b', got 'a b'"),
      codeOf('src/slug.js', 'export const slug = (text) =>\n  text.trim().replaceAll(" ", "-");\n'),
      passed('src/slug.js'),
      end,
    );
    const [fix] = lessonsOf(events);
    expect(fix).toMatchObject({
      kind: 'fix',
      id: expect.stringMatching(/^fix-[0-9a-f]{20}$/) as unknown,
      eventId: events[6]?.eventId,
      module: 'src/slug.js',
      language: 'javascript',
      title: "joins words: expected 'a-b', got 'a b'",
    });
    expect(fix?.text).toContain('-   text.trim();\n+   text.trim().replaceAll(" ", "-");');
    expect(fix?.text).not.toContain('export const');
  });

  it('is not an error that was never fixed, nor one that went away without a change [CX-11]', () => {
    const open = [created(), planned({ path: 'a.js' }), codeOf('a.js', 'one'), failureOf('a.js', 't', 'no')];
    const given: EventDraft = { eventType: 'TASK_FAILED', data: { code: 'X', reason: 'gave up' } };
    expect(lessonsOf(stream(...open, given))).toEqual([]);
    expect(lessonsOf(stream(...open, passed('a.js'), given))).toEqual([]);
  });

  it('is also learned from a task that failed later, but its plan only from one that was completed [CX-11]', () => {
    const course = [
      created(),
      planned({ path: 'a.js' }),
      codeOf('a.js', 'one'),
      failureOf('a.js', 't', 'no'),
      codeOf('a.js', 'two'),
      passed('a.js'),
    ];
    const given: EventDraft = { eventType: 'TASK_CANCELLED', data: { by: 'ada', reason: '' } };
    expect(lessonsOf(stream(...course, given)).map(({ kind }) => kind)).toEqual(['fix']);
    expect(lessonsOf(stream(...course, end)).map(({ kind }) => kind)).toEqual(['fix', 'pattern']);
    const forked: EventDraft = { eventType: 'TASK_FORKED', data: { from: 'task', atSequence: 6 } };
    expect(lessonsOf(stream(...course, forked, given))).toEqual([]);
  });

  it('is every decision of the plan with its reasons, and every module with its code [CX-11]', () => {
    const plan = (planned({ path: 'a.js', dependsOn: ['b.js'] }) as EventDraft<'PLANNING_COMPLETE'>).data;
    const decision = { decision: 'Use SQLite', rationale: 'one file', alternative: 'Redis', whyRejected: 'a server' };
    const approach = { decisions: [decision], modulePlacement: [], integrationPoints: [], dataFlow: '' };
    const document = { approach } as unknown as ExecutionPlan;
    const events = stream(
      created(),
      { eventType: 'PLANNING_COMPLETE', data: { ...plan, plan: { ...plan.plan, document } } },
      codeOf('a.js', 'export const a = 1;'),
      passed('a.js'),
      end,
    );
    const [first, second] = lessonsOf(events);
    expect(first).toMatchObject({ kind: 'decision', title: 'Use SQLite', module: null, eventId: events[1]?.eventId });
    expect(first?.text).toMatch(/one file[\s\S]*Redis[\s\S]*a server/);
    expect(second).toMatchObject({ kind: 'pattern', title: 'a.js: a.js', module: 'a.js' });
    expect(second?.text).toMatch(/Needs b\.js[\s\S]*export const a = 1;/);
  });

  it('has bounded size and the same result every time, whatever the events are [CX-11]', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('code'), text: fc.string({ unit: 'binary', maxLength: 6000 }) }),
      fc.record({ kind: fc.constantFrom('fail', 'pass', 'correct', 'trial'), text: fc.string({ maxLength: 5000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const drafts = steps.map(({ kind, text }): EventDraft => {
          if (kind === 'code') return codeOf('a.js', text);
          if (kind === 'fail') return failureOf('a.js', text, text);
          return kind === 'correct' ? corrected('a.js', 1, 1) : kind === 'pass' ? passed('a.js') : generated('b.js', 1);
        });
        const events = stream(created(), planned({ path: 'a.js' }), ...drafts, end);
        const lessons = lessonsOf(events);
        expect(lessonsOf(events)).toEqual(lessons);
        expect(new Set(lessons.map(({ id }) => id)).size).toBe(lessons.length);
        for (const { title, text } of lessons) {
          expect(title.length).toBeLessThanOrEqual(MAX_TITLE_CHARACTERS);
          expect(text.length).toBeLessThanOrEqual(MAX_TEXT_CHARACTERS);
          expect(title).not.toContain('\n');
        }
      }),
    );
  });
});

describe('the lines that changed', () => {
  it('are those between the common beginning and end, cut where they are many', () => {
    expect(changedLines('a\nb\nc', 'a\nx\ny\nc', 9)).toBe('- b\n+ x\n+ y');
    expect(changedLines('a\na', 'a\na\na', 9)).toBe('+ a');
    expect(changedLines('same', 'same', 9)).toBe('');
    expect(changedLines('', '1\n2\n3', 2)).toBe('- \n+ 1\n+ 2\n+ … 1 more lines');
  });
});
