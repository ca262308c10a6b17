import { describe, expect, it } from '@jest/globals';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft, TestOutcome } from '../events/index.ts';
import { liveLines } from './live-lines.ts';
import type { LiveMessage } from './live-message.ts';

const outcome: TestOutcome = {
  module: 'src/words.js',
  passed: 4,
  failed: 0,
  results: [],
  durationMs: 123,
  isolation: 'bwrap',
  exitCode: 0,
  output: '',
  outputBytesCut: 0,
};

function linesOf(...drafts: EventDraft[]): readonly string[] {
  return storedEvents('task-1', drafts)
    .map(({ eventType, codeVersion, sequenceNumber, data, taskId, streamSequence, timestamp }) => {
      const base = { taskId, streamSequence, timestamp, version: codeVersion, sequence: sequenceNumber };
      return { ...base, type: eventType, data } as LiveMessage;
    })
    .flatMap(liveLines)
    .map(({ text, indented }) => `${indented ? '  ' : ''}${text}`);
}

describe('liveLines', () => {
  it('tells where a task was forked from [OR-33]', () => {
    expect(linesOf({ eventType: 'TASK_FORKED', data: { from: 'slugify\n1', atSequence: 12 } })).toEqual([
      'forked from slugify 1 after its event 12',
    ]);
  });

  it('tells the plan with what each module needs [CLI-1]', () => {
    const modules = [
      { path: 'src/words.js', description: '', dependsOn: [] },
      { path: 'src/report.js', description: '', dependsOn: ['src/words.js'] },
    ];
    const plan = { objective: 'statistics', language: 'javascript', modules };
    expect(linesOf({ eventType: 'PLANNING_COMPLETE', data: { plan, source: 'model', callId: null } })).toEqual([
      'plan: 2 modules in javascript',
      '  src/words.js',
      '  src/report.js needs src/words.js',
    ]);
  });

  it('tells a module from its code over a failing test to the correction that passes [CLI-1]', () => {
    const module = 'src/words.js';
    const change = (content: string) => ({
      module,
      files: [{ path: module, content, role: 'source' as const }],
      codeHash: 'x',
      callId: null,
    });
    const results = [
      { name: 'splits', file: 'a', status: 'failed' as const, durationMs: 1, message: '\nNot equal:\n+ 1' },
    ];
    const lines = linesOf(
      { eventType: 'MODULE_STARTED', data: { module } },
      { eventType: 'CODE_GENERATED', data: change('a\nb\n'), codeVersion: 1 },
      { eventType: 'TEST_FAILED', data: { ...outcome, passed: 3, failed: 1, results } },
      { eventType: 'CORRECTION_STARTED', data: { module, iteration: 1, failures: ['splits'] } },
      { eventType: 'CORRECTION_COMPLETED', data: { ...change('a\nb\nc'), iteration: 1 }, codeVersion: 2 },
      { eventType: 'TEST_PASSED', data: outcome },
      { eventType: 'MODULE_COMPLETE', data: { module, iterations: 1 } },
    );
    expect(lines).toEqual([
      'src/words.js: started',
      'src/words.js: code generated, version 1, src/words.js (2 lines)',
      'src/words.js: 1 of 4 tests failed (123 ms, bwrap)',
      '  splits: Not equal: + 1',
      'src/words.js: correction 1',
      'src/words.js: code corrected, version 2, src/words.js (3 lines)',
      'src/words.js: 4 tests passed (123 ms, bwrap)',
      'src/words.js: complete after 1 correction',
    ]);
  });

  it('names at most five failing tests and counts the rest', () => {
    const results = Array.from({ length: 8 }, (_, index) => ({
      name: `test ${index}`,
      file: 'a',
      status: 'failed' as const,
      durationMs: 1,
    }));
    const lines = linesOf({ eventType: 'TEST_FAILED', data: { ...outcome, passed: 0, failed: 8, results } });
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toBe('  and 3 more');
  });

  it('says why a run failed where no test could', () => {
    const failed = { ...outcome, passed: 0, failed: 0, problem: 'SyntaxError: Unexpected token' };
    expect(linesOf({ eventType: 'TEST_FAILED', data: { ...failed, module: null } })).toEqual([
      'whole suite: the tests could not run (123 ms, bwrap)',
      '  SyntaxError: Unexpected token',
    ]);
  });

  it('says how to answer a question that no model is there for', () => {
    const [text] = linesOf({
      eventType: 'MODEL_CALL_REQUESTED',
      data: {
        callId: 'c',
        signature: 'PlanTask',
        role: 'planner',
        module: null,
        model: null,
        messages: [],
        answerSchema: {},
        promptHash: '',
        manifest: [],
      },
    });
    expect(text).toContain('taskloom work');
  });

  it('lets no text of a model or a test steer the terminal', () => {
    const results = [
      { name: '\u001b[2Jgone', file: 'a', status: 'failed' as const, durationMs: 1, message: 'a\u202eb\u009b31m' },
    ];
    const lines = linesOf(
      { eventType: 'TEST_FAILED', data: { ...outcome, failed: 1, results } },
      { eventType: 'TASK_FAILED', data: { code: 'X', reason: 'two\nlines\u0007' } },
    );
    expect(lines.slice(1)).toEqual(['  \\x1b[2Jgone: a\\u202eb\\x9b31m', 'failed (X): two lines\\x07']);
  });

  it('passes over what it does not know, such as events of a newer server', () => {
    const newer = { type: 'SOMETHING_NEW', data: {} } as unknown as LiveMessage; // no type of this version
    expect(liveLines(newer)).toEqual([]);
  });
});
