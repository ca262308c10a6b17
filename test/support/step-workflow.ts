import type { EventDraft, StoredEvent } from '../../src/events/index.ts';
import type {
  Commit,
  Decision,
  Failure,
  Outcome,
  Queueing,
  Step,
  StepAction,
  Workflow,
} from '../../src/orchestrator/index.ts';

declare module '../../src/events/event.ts' {
  interface EventPayloads {
    TEST_TASK: { steps: number; parallel: boolean; submitter?: string };
    TEST_STEP_DONE: { step: number };
    TEST_NOTE: { text: string };
  }
}

export interface StepState {
  readonly steps: number;
  readonly parallel: boolean;
  readonly done: readonly number[];
  readonly notes: readonly string[];
  readonly outcome: Outcome | null;
}

export interface StepsAction extends StepAction {
  readonly step: number;
}

/** What a step does, decided by the test. Default: nothing. */
export type DoStep = (action: StepsAction, step: Step<StepState>) => Promise<void>;

/** A workflow that only counts: N steps one after the other (or all at once), then TASK_COMPLETE. */
export class StepWorkflow implements Workflow<StepState, StepsAction> {
  readonly name = 'steps';
  /** Every step that was performed, as `task:step`. */
  readonly performed: string[] = [];
  running = 0;
  mostRunning = 0;

  constructor(private readonly doStep: DoStep = () => Promise.resolve()) {}

  adopt(fact: StoredEvent, before: Queueing | null): Queueing | null {
    if (before && fact.eventType === 'TEST_NOTE' && fact.data.text === 'urgent') return { ...before, priority: 0 };
    if (fact.eventType !== 'TEST_TASK') return before;
    const { submitter } = fact.data;
    return { priority: 20, ...(submitter === undefined ? {} : { submitter }) };
  }

  initial(): StepState {
    return { steps: 0, parallel: false, done: [], notes: [], outcome: null };
  }

  evolve(state: StepState, event: StoredEvent): StepState {
    if (state.outcome) return state;
    switch (event.eventType) {
      case 'TEST_TASK':
        return { ...state, ...event.data };
      case 'TEST_STEP_DONE':
        return { ...state, done: [...state.done, event.data.step] };
      case 'TEST_NOTE':
        return { ...state, notes: [...state.notes, event.data.text] };
      case 'TASK_COMPLETE':
        return { ...state, outcome: 'completed' };
      case 'TASK_FAILED':
        return { ...state, outcome: 'failed' };
      case 'TASK_CANCELLED':
        return { ...state, outcome: 'cancelled' };
      default:
        return state;
    }
  }

  decide(state: StepState): Decision<StepsAction> {
    if (state.outcome) return { kind: 'done', outcome: state.outcome };
    if (state.notes.at(-1) === 'wait') {
      return { kind: 'wait', wait: { reason: 'awaitingAnswers', detail: 'a test waits', until: null } };
    }
    const open = Array.from({ length: state.steps }, (_, index) => index + 1).filter(
      (step) => !state.done.includes(step),
    );
    const due = state.parallel ? open : open.slice(0, 1);
    if (due.length === 0) return { kind: 'act', actions: [{ key: 'finish', step: 0 }] };
    return { kind: 'act', actions: due.map((step) => ({ key: `step:${step}`, step })) };
  }

  async perform(action: StepsAction, step: Step<StepState>): Promise<Commit<StepState>> {
    if (action.step === 0) return () => [{ eventType: 'TASK_COMPLETE', data: { summary: '' } }];
    this.performed.push(`${step.taskId}:${action.step}`);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      await this.doStep(action, step);
    } finally {
      this.running -= 1;
    }
    return () => [{ eventType: 'TEST_STEP_DONE', data: { step: action.step } }];
  }

  fail(_state: StepState, { code, reason }: Failure): readonly EventDraft[] {
    return [{ eventType: 'TASK_FAILED', data: { code, reason } }];
  }
}
