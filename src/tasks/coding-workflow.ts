import type { EventDraft, PauseCode, StoredEvent } from '../events/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ModelPrices } from '../kernel/model-prices.ts';
import type { Brain } from '../llm/index.ts';
import type { Commit, Decision, Failure, Queueing, Step, Workflow } from '../orchestrator/index.ts';
import type { TestRunner, Workspaces } from '../workspace/index.ts';
import { timeoutOf } from './coding-limits.ts';
import { acceptAnswer } from './accept-answer.ts';
import type { Asker } from './ask/asker.ts';
import { callModel } from './call-model.ts';
import { type CodingAction, decideCoding, isStillDue } from './coding-decide.ts';
import { evolveCoding } from './coding-evolve.ts';
import { changesOf } from './fork-drafts.ts';
import { type CodingState, initialCodingState } from './coding-state.ts';
import { planOf } from './plan/plan-modules.ts';
import { untriedTests } from './regression-tests.ts';
import { runTests } from './run-tests.ts';

export interface CodingTools {
  readonly brain: Brain;
  readonly runner: TestRunner;
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly prices: ModelPrices;
  readonly asker: Asker;
  readonly testTimeoutMs: number;
}

export const CODING = 'coding';
/** The code of TaskTimeoutError. */
const TASK_TIMEOUT = 'TASK_TIMEOUT';

/** From a prompt to tested code: plan, tests, code, correction until the tests pass, then the whole suite. */
export class CodingWorkflow implements Workflow<CodingState, CodingAction> {
  readonly name = CODING;

  constructor(private readonly tools: CodingTools) {}

  adopt(fact: StoredEvent, before: Queueing | null): Queueing | null {
    if (before && fact.eventType === 'TASK_FORKED') return { ...before, ...changesOf(fact.data) };
    if (before && fact.eventType === 'TASK_RESUMED') return { ...before, ...timeoutOf(fact.data.limits) };
    if (fact.eventType !== 'TASK_CREATED') return before;
    const { priority, limits, submitter } = fact.data;
    return {
      priority,
      ...timeoutOf(limits),
      ...(submitter === undefined ? {} : { submitter }),
    };
  }

  initial(taskId: string): CodingState {
    return initialCodingState(taskId);
  }

  evolve(state: CodingState, event: StoredEvent): CodingState {
    return evolveCoding(state, event);
  }

  decide(state: CodingState): Decision<CodingAction> {
    return decideCoding(state);
  }

  derive(action: CodingAction): Commit<CodingState> | null {
    switch (action.kind) {
      case 'start':
        return (state) => this.start(state);
      case 'adoptPlan':
        return givenPlan;
      case 'startCorrection':
        return (state) => startCorrection(state, action.module);
      case 'startModule':
        return () => [{ eventType: 'MODULE_STARTED', data: { module: action.module } }];
      case 'accept':
        return acceptAnswer(action.callId);
      case 'pause':
        return () => [paused(action)];
      case 'completeModule':
        return (state) => completeModule(state, action.module);
      case 'complete':
        return (state) => [{ eventType: 'TASK_COMPLETE', data: { summary: summarise(state) } }];
      case 'fail':
        return (state) => this.fail(state, action);
      case 'ask':
      case 'call':
      case 'test':
        return null;
    }
  }

  async perform(action: CodingAction, step: Step<CodingState>): Promise<Commit<CodingState>> {
    switch (action.kind) {
      case 'ask':
        return this.ask(action, step);
      case 'call':
        return this.call(action.callId, step);
      case 'test':
        return this.test(action, step);
      default:
        throw new RangeError(`The step ${action.key} adds no fact to the state that called for it.`);
    }
  }

  fail(state: CodingState, { code, reason }: Failure): readonly EventDraft[] {
    // A time limit of the task's own can be raised; one of the server cannot, and ends it.
    if (code === TASK_TIMEOUT && state.limits.maxSeconds !== undefined) {
      const limit = `It held a slot for ${state.limits.maxSeconds} s, the task's limit.`;
      return [paused({ code: 'LIMIT_SECONDS', reason: limit })];
    }
    const tried = [...state.modules.values()].flatMap((module) => module.attempts);
    return [{ eventType: 'TASK_FAILED', data: { code, reason, tried } }];
  }

  private start(state: CodingState): readonly EventDraft[] {
    const started: EventDraft = { eventType: 'TASK_STARTED', data: { brain: this.tools.brain.description } };
    return [started, ...(untriedTests(state).length > 0 ? [] : givenPlan(state))];
  }

  private async ask(
    action: Extract<CodingAction, { kind: 'ask' }>,
    { state: asked, sequence }: Step<CodingState>,
  ): Promise<Commit<CodingState>> {
    const request = await this.tools.asker.ask({ state: asked, sequence }, action.question);
    // What people said meanwhile must be in: then the question is put anew.
    const isAsAsked = (state: CodingState) => isStillDue(state, action) && isUnchanged(asked, state, request.module);
    // The call's id is the event's: whoever holds it finds the task.
    const fact: EventDraft = { eventType: 'MODEL_CALL_REQUESTED', eventId: request.callId, data: request };
    return (state) => (isAsAsked(state) ? [fact] : []);
  }

  private async call(callId: string, step: Step<CodingState>): Promise<Commit<CodingState>> {
    const call = step.state.calls.get(callId);
    const model = call && this.tools.brain.modelFor(call.request.role, call.request.model ?? undefined);
    if (!call) return () => [];
    const fact = model
      ? await callModel(call, model, step, { now: this.tools.clock, prices: this.tools.prices })
      : this.voidCall(callId);
    return (state) => (state.calls.has(callId) ? [fact] : []);
  }

  private async test(
    { module, files }: Extract<CodingAction, { kind: 'test' }>,
    step: Step<CodingState>,
  ): Promise<Commit<CodingState>> {
    const { runner, workspaces, testTimeoutMs: timeoutMs } = this.tools;
    // The directory is for people to look at: the run has copies of its own.
    const [commit] = await Promise.all([
      runTests(module, files, step, { runner, timeoutMs }),
      workspaces.sync(step.taskId, [...step.state.files.values()]),
    ]);
    return commit;
  }

  /** The call was meant for a model, and the server was started again without one. */
  private voidCall(callId: string): EventDraft {
    const reason = `The models have changed since: ${this.tools.brain.description} answers now.`;
    return {
      eventType: 'MODEL_CALL_FAILED',
      data: { callId, code: 'MODEL_CHANGED', reason, remedy: 'anew', retryAt: null },
    };
  }
}

function paused({ code, reason }: { readonly code: PauseCode; readonly reason: string }): EventDraft {
  return { eventType: 'TASK_PAUSED', data: { code, reason, by: 'taskloom' } };
}

function givenPlan({ created }: CodingState): readonly EventDraft[] {
  if (created?.plan) {
    return [{ eventType: 'PLANNING_COMPLETE', data: { plan: planOf(created.plan), source: 'caller', callId: null } }];
  }
  if (!created?.modules) return [];
  const plan = { objective: created.prompt, language: created.language ?? '', modules: created.modules };
  return [{ eventType: 'PLANNING_COMPLETE', data: { plan, source: 'caller', callId: null } }];
}

function startCorrection(state: CodingState, path: string): readonly EventDraft[] {
  const module = state.modules.get(path);
  if (!module) return [];
  const { failure, iteration } = module;
  const failing = (failure?.results ?? []).filter((result) => result.status === 'failed').map((result) => result.name);
  const failures = failing.length > 0 ? failing : [failure?.problem ?? 'the run failed'];
  return [{ eventType: 'CORRECTION_STARTED', data: { module: path, iteration: iteration + 1, failures } }];
}

/** Whether a question about a module, or the whole task, would be the same. Its files are compared when it is answered. */
function isUnchanged(before: CodingState, now: CodingState, path: string | null): boolean {
  const isSame = (key: 'guidance' | 'answered' | 'plan' | 'planProblems') => before[key] === now[key];
  if (!isSame('guidance') || !isSame('answered') || !isSame('plan') || !isSame('planProblems')) return false;
  return path === null || before.modules.get(path) === now.modules.get(path);
}

function completeModule(state: CodingState, path: string): readonly EventDraft[] {
  const module = state.modules.get(path);
  return module ? [{ eventType: 'MODULE_COMPLETE', data: { module: path, iterations: module.iteration } }] : [];
}

function summarise(state: CodingState): string {
  const modules = [...state.modules.values()];
  const corrections = modules.reduce((sum, module) => sum + module.iteration, 0);
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  return `${counted(modules.length, 'module')}, ${counted(state.suite?.passed ?? 0, 'test')} passed, ${counted(corrections, 'correction')}, code version ${state.codeVersion}.`;
}
