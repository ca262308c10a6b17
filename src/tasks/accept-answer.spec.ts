import { describe, expect, it } from '@jest/globals';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft, EventPayloads } from '../events/index.ts';
import type { Brain } from '../llm/index.ts';
import { acceptAnswer } from './accept-answer.ts';
import { askQuestion } from './ask.ts';
import { evolveCoding } from './coding-evolve.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';
import { sha256 } from './task-files.ts';

const modelOf = (role: string) => ({ model: `the ${role}` }) as ReturnType<Brain['modelFor']>;
const brain: Brain = {
  description: 'two models',
  delegated: false,
  modelFor: modelOf,
  hasModel: () => false,
  health: () => Promise.resolve({ reachable: true, detail: '' }),
};

const red = (failing: string): EventPayloads['TEST_FAILED'] => ({
  module: 'a.js',
  passed: 0,
  failed: 1,
  results: [{ name: failing, file: 'a.test.js', status: 'failed', durationMs: 1, message: 'no' }],
  durationMs: 1,
  isolation: 'bwrap',
  exitCode: 1,
  output: '',
  outputBytesCut: 0,
});
const codeOf = (version: number) => `export const version = ${version};\n`;
const change = (version: number) => ({
  module: 'a.js',
  files: [{ path: 'a.js', content: codeOf(version), role: 'source' as const }],
  codeHash: sha256(codeOf(version)),
  callId: null,
});

const beginning: readonly EventDraft[] = [
  {
    eventType: 'TASK_CREATED',
    data: {
      prompt: 'count',
      answers: [],
      priority: 20,
      language: 'javascript',
      files: [{ path: 'a.test.js', content: "import './a.js';", role: 'test' }],
      modules: [{ path: 'a.js', description: '', dependsOn: [] }],
      limits: {},
      models: {},
      metadata: {},
    },
  },
  { eventType: 'TASK_STARTED', data: { brain: '' } },
  {
    eventType: 'PLANNING_COMPLETE',
    data: {
      plan: { objective: 'count', language: 'javascript', modules: [{ path: 'a.js', description: '', dependsOn: [] }] },
      source: 'caller',
      callId: null,
    },
  },
  { eventType: 'MODULE_STARTED', data: { module: 'a.js' } },
  { eventType: 'CODE_GENERATED', codeVersion: 1, data: change(1) },
  { eventType: 'TEST_FAILED', data: red('x') },
];

function state(...more: readonly EventDraft[]): CodingState {
  return storedEvents('t', [...beginning, ...more]).reduce(evolveCoding, initialCodingState('t'));
}

/** A correction that was asked for and answered with this code. */
function answered(
  before: readonly EventDraft[],
  iteration: number,
  code: string,
): { state: CodingState; callId: string } {
  const asked = askQuestion(
    state(...before),
    { signature: 'CorrectModule', module: 'a.js' },
    { brain, promptTokens: 6000 },
  );
  const drafts: readonly EventDraft[] = [
    ...before,
    { eventType: 'CORRECTION_STARTED', data: { module: 'a.js', iteration, failures: [] } },
    { eventType: 'MODEL_CALL_REQUESTED', data: asked },
    {
      eventType: 'MODEL_CALL_COMPLETED',
      data: {
        callId: asked.callId,
        answer: { path: 'a.js', code },
        by: 'ollama',
        model: 'm',
        usage: null,
        durationMs: 1,
        attempts: 1,
      },
    },
  ];
  return { state: state(...drafts), callId: asked.callId };
}

describe('a correction', () => {
  it('becomes the next version of the code, and the next iteration [TK-1]', () => {
    const call = answered([], 1, codeOf(2));
    const drafts = acceptAnswer(call.callId)(call.state);
    expect(drafts).toMatchObject([
      { eventType: 'CORRECTION_COMPLETED', codeVersion: 2, data: { iteration: 1, codeHash: sha256(codeOf(2)) } },
      { eventType: 'MODULE_ITERATION', codeVersion: 2, data: { iteration: 1 } },
    ]);
  });

  it('that repeats code the tests have refused is sent back and never run again [TK-3]', () => {
    const second: readonly EventDraft[] = [
      { eventType: 'CORRECTION_COMPLETED', codeVersion: 2, data: { ...change(2), iteration: 1 } },
      { eventType: 'TEST_FAILED', data: red('y') },
    ];
    // With or without the newline at its end it is the code of the first attempt.
    const call = answered(second, 2, codeOf(1).trimEnd());
    const drafts = acceptAnswer(call.callId)(call.state);
    expect(drafts).toMatchObject([{ eventType: 'MODEL_ANSWER_REJECTED' }]);
    expect(JSON.stringify(drafts)).toContain('the same as in attempt 1');
    const rejected = storedEvents('t', drafts)
      .map((event) => ({ ...event, streamSequence: 99 }))
      .reduce(evolveCoding, call.state);
    expect(rejected.modules.get('a.js')).toMatchObject({ phase: 'fix', stalls: 1, codeHash: sha256(codeOf(2)) });
  });

  it('is asked of the larger model once one has brought nothing, with what was tried [TK-3]', () => {
    const ask = (asked: CodingState) =>
      askQuestion(asked, { signature: 'CorrectModule', module: 'a.js' }, { brain, promptTokens: 6000 });
    expect(ask(state())).toMatchObject({ role: 'executor', model: 'the executor' });
    const stalled = state(
      { eventType: 'CORRECTION_STARTED', data: { module: 'a.js', iteration: 1, failures: [] } },
      { eventType: 'CORRECTION_COMPLETED', codeVersion: 2, data: { ...change(2), iteration: 1 } },
      { eventType: 'TEST_FAILED', data: red('x') },
    );
    const escalated = ask(stalled);
    expect(escalated).toMatchObject({ role: 'planner', model: 'the planner' });
    expect(escalated.messages.at(-1)?.content).toContain('Attempt 1 failed: x');
  });

  it('changes nothing when its call was used already', () => {
    const call = answered([], 1, codeOf(2));
    const used = storedEvents('t', acceptAnswer(call.callId)(call.state)).reduce(evolveCoding, call.state);
    expect(acceptAnswer(call.callId)(used)).toEqual([]);
  });
});
