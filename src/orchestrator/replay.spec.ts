import { describe, expect, it } from '@jest/globals';
import { StepWorkflow } from '../../test/support/step-workflow.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft } from '../events/index.ts';
import { replay, type ReplayStep } from './replay.ts';
import { fold, type StepAction } from './workflow.ts';

const events = storedEvents('t', [
  { eventType: 'TEST_TASK', data: { steps: 2, parallel: false } },
  { eventType: 'TEST_STEP_DONE', data: { step: 1 } },
  { eventType: 'TEST_NOTE', data: { text: 'wait' } },
  { eventType: 'TEST_NOTE', data: { text: 'go on' } },
  { eventType: 'TEST_STEP_DONE', data: { step: 2 } },
  { eventType: 'TASK_COMPLETE', data: { summary: '' } },
] satisfies EventDraft[]);

async function all<State, Action extends StepAction>(steps: AsyncIterable<ReplayStep<State, Action>>) {
  const found: ReplayStep<State, Action>[] = [];
  for await (const step of steps) found.push(step);
  return found;
}

describe('a replay', () => {
  it('decides after each event what is decided on the fold up to it, and performs nothing [OR-33]', async () => {
    const workflow = new StepWorkflow(() => Promise.reject(new Error('performed')));
    const steps = await all(replay(workflow, 't', events));
    expect(steps.map(({ decision }) => decision)).toEqual(
      events.map((_, index) => workflow.decide(fold(workflow, 't', events.slice(0, index + 1)))),
    );
    expect(steps.map(({ decision }) => decision.kind)).toEqual(['act', 'act', 'wait', 'act', 'act', 'done']);
    expect(steps.map(({ event }) => event)).toEqual(events);
    expect(workflow.performed).toEqual([]);
  });

  it('needs no more of a workflow than its pure part [OR-33]', async () => {
    const workflow = new StepWorkflow();
    const decider = {
      initial: () => workflow.initial(),
      evolve: workflow.evolve.bind(workflow),
      decide: workflow.decide.bind(workflow),
    };
    expect(await all(replay(decider, 't', events))).toEqual(await all(replay(workflow, 't', events)));
  });

  it('folds what comes before the place it is asked from, and tells of what comes after', async () => {
    const workflow = new StepWorkflow();
    const whole = await all(replay(workflow, 't', events));
    expect(await all(replay(workflow, 't', events, { afterSequence: 2 }))).toEqual(whole.slice(2));
    expect(await all(replay(workflow, 't', events, { afterSequence: 99 }))).toEqual([]);
  });
});
