import { Inject, Injectable } from '@nestjs/common';
import {
  type BugReport,
  type EventDraft,
  EventStore,
  isReportValidForCurrentCode,
  type Plan,
  StreamConflictError,
  type TaskLimits,
  type VectorClock,
} from '../events/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { reachedLimit, timeoutOf } from './coding-limits.ts';
import type { CodingState } from './coding-state.ts';
import { CodingStates } from './coding-states.ts';
import { type FirstOutcome, IdempotencyKeys, isRepetition, type Once } from './idempotency.ts';
import { moduleIssues } from './module-issues.ts';
import { costIssue } from './new-task.ts';
import { type EditedPlan, editedPlan } from './plan/edited-plan.ts';
import { planHash, removedFiles } from './replan.ts';
import { sha256 } from './task-files.ts';
import { TaskReader } from './task-reader.ts';
import type { TaskView } from './task-view.ts';
import {
  LimitStillReachedError,
  NoCodeYetError,
  NoQuestionsError,
  PlanChangedError,
  PlanNotReadyError,
  TaskFinishedError,
  TaskNotFoundError,
} from './tasks.errors.ts';

/** A bug as somebody saw it; what they leave out is taken as they would see it now. */
export interface NewBugReport {
  readonly description: string;
  /** The code version that was looked at. */
  readonly codeVersion: number;
  readonly vectorClock?: VectorClock;
  readonly codeHash?: string;
  /** Path of the module to blame. Default: the one with this hash, else the one that changed last. */
  readonly module?: string;
  readonly by: string;
}

export interface ReportAnswer {
  /** Whether it starts a correction; else it came too late and is only recorded. */
  readonly accepted: boolean;
  /** The check that decided: version, futureVersion, clock, hash. */
  readonly decidedBy: string;
  readonly task: TaskView;
}

type Facts = readonly EventDraft[];

/**
 * What people say to a task while it runs. Each is one commit on the newest state, so that of two who speak at once the
 * second is judged by what the first said. With an idempotency key a repeat says nothing again and answers the task as it
 * is. All reject with TaskNotFoundError and, on a task that is over, TaskFinishedError.
 */
@Injectable()
export class SteeringService {
  private readonly states: CodingStates;

  constructor(
    private readonly read: TaskReader,
    private readonly orchestrator: Orchestrator,
    private readonly events: EventStore,
    private readonly keys: IdempotencyKeys,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {
    this.states = new CodingStates(events);
  }

  /** Records guidance, which the very next model call has, and pauses or resumes with it in the same commit. */
  intervene(
    taskId: string,
    { guidance, action, by }: { readonly guidance: string; readonly action?: 'pause' | 'resume'; readonly by: string },
    once: Once = {},
  ): Promise<TaskView> {
    const request = { intervene: guidance, action, by };
    return this.say(taskId, { request, once }, (state) => [
      { eventType: 'USER_INTERVENTION', data: { guidance, by, priority: 'CRITICAL' } },
      ...(action === 'pause' ? pausing(state, { by }) : []),
      ...(action === 'resume' ? resuming(state, taskId, { by }) : []),
    ]);
  }

  /** Nothing new is begun from here on; what is in flight ends and is recorded. Safe to repeat. */
  pause(taskId: string, given: { readonly by: string; readonly reason?: string }, once: Once = {}): Promise<TaskView> {
    return this.say(taskId, { request: { pause: given }, once }, (state) => pausing(state, given));
  }

  /**
   * Goes on, with limits raised where they are given, which also a task takes that does not rest. Safe to repeat. Rejects with LimitStillReachedError as long as
   * the limit that paused the task is not above what was used.
   */
  resume(
    taskId: string,
    given: { readonly by: string; readonly limits?: TaskLimits },
    once: Once = {},
  ): Promise<TaskView> {
    if (given.limits?.maxCostUsd !== undefined && this.configuration.LLM_PRICES === undefined) {
      return Promise.reject(new InvalidInputError([costIssue]));
    }
    const said = { request: { resume: given }, once, queueing: timeoutOf(given.limits) };
    return this.say(taskId, said, (state) => resuming(state, taskId, given));
  }

  /** Answers the planner's questions, all of them and in their order. Rejects with NoQuestionsError when none is open. */
  answer(
    taskId: string,
    { answers, by }: { readonly answers: readonly string[]; readonly by: string },
    once: Once = {},
  ): Promise<TaskView> {
    return this.say(taskId, { request: { answers, by }, once }, ({ questions }) => {
      if (questions.length === 0) throw new NoQuestionsError(taskId);
      if (answers.length !== questions.length) {
        const message = `${answers.length} for ${questions.length} questions: give one for each, in their order`;
        throw new InvalidInputError([{ path: 'answers', message }]);
      }
      return [{ eventType: 'QUESTIONS_ANSWERED', data: { answers, by } }];
    });
  }

  /** Lets the plan be built. Rejects with PlanChangedError when it is not the one that was seen. Safe to repeat. */
  approvePlan(
    taskId: string,
    given: { readonly planHash: string; readonly by: string },
    once: Once = {},
  ): Promise<TaskView> {
    return this.say(taskId, { request: { approve: given }, once }, (state) => {
      checkPlan(state, taskId, given.planHash);
      const { planHash: hash, by } = given;
      return state.approval === 'pending' ? [{ eventType: 'PLAN_APPROVED', data: { planHash: hash, by } }] : [];
    });
  }

  /** Has the planner plan anew, with the reason. What was built by the plan is dropped with it. */
  rejectPlan(
    taskId: string,
    given: { readonly planHash: string; readonly reason: string; readonly by: string },
    once: Once = {},
  ): Promise<TaskView> {
    return this.say(taskId, { request: { reject: given }, once }, (state) => {
      checkPlan(state, taskId, given.planHash);
      const removed = removedFiles(state, { modules: [] });
      return [{ eventType: 'PLAN_REJECTED', codeVersion: versionAfter(state, removed), data: { ...given, removed } }];
    });
  }

  /**
   * Puts another plan in the place of the one with this hash. Only what differs, and what depends on it, is built anew.
   * Rejects with PlanChangedError, or InvalidInputError that says what is wrong with the plan.
   */
  editPlan(
    taskId: string,
    { planHash: replaces, by, ...edit }: EditedPlan & { readonly planHash: string; readonly by: string },
  ): Promise<TaskView> {
    return this.say(taskId, { request: { edit, replaces, by } }, (state) => {
      const current = checkPlan(state, taskId, replaces);
      const given = state.created?.files ?? [];
      const plan = editedPlan(edit, current, given);
      if (planHash(plan) === replaces) return [];
      const issues = [...moduleIssues(plan.modules, given)];
      if (plan.language !== current.language) {
        issues.push({
          path: 'language',
          message: `is ${current.language} and stays so: fork or create a task for another`,
        });
      }
      if (issues.length > 0) throw new InvalidInputError(issues);
      const removed = removedFiles(state, plan);
      return [
        { eventType: 'PLAN_EDITED', codeVersion: versionAfter(state, removed), data: { plan, replaces, removed, by } },
      ];
    });
  }

  /** Records a report, and says whether it starts a correction or came too late for the code as it is. */
  async reportBug(taskId: string, { by, ...given }: NewBugReport, once: Once = {}): Promise<ReportAnswer> {
    let verdict = { accepted: false, decidedBy: 'none' };
    const said = {
      request: { report: given, by },
      once,
      outcome: () => verdict,
      repeated: ({ outcome }: FirstOutcome) => (verdict = readVerdict(outcome)),
    };
    const task = await this.say(taskId, said, (state) => {
      const { lastChange } = state;
      const report: BugReport = {
        description: given.description,
        codeVersion: given.codeVersion,
        vectorClock: given.vectorClock ?? lastChange.vectorClock,
        codeHash: given.codeHash ?? null,
      };
      if (lastChange.codeVersion === 0) throw new NoCodeYetError(taskId);
      const module = blamed(state, given);
      const codeHash = hashOf(state, module);
      const { valid, decidedBy } = isReportValidForCurrentCode(report, { ...lastChange, codeHash });
      verdict = { accepted: valid, decidedBy };
      return [{ eventType: 'BUG_REPORT_RECEIVED', data: { report, module, by } }];
    });
    return { ...verdict, task };
  }

  /** Takes code that a person wrote for a module; its tests judge it as they judge that of a model. */
  provideCode(
    taskId: string,
    { path, content, by }: { readonly path: string; readonly content: string; readonly by: string },
    once: Once = {},
  ): Promise<TaskView> {
    return this.say(taskId, { request: { code: content, path, by }, once }, (state) => {
      if (!state.plan) throw new PlanNotReadyError(taskId);
      if (!state.modules.has(path)) throw new InvalidInputError([noSuchModule('path', path, state)]);
      const file = { path, content, role: 'source' as const };
      const data = { module: path, files: [file], codeHash: sha256(content), callId: null, by };
      return [{ eventType: 'CODE_GENERATED', codeVersion: state.codeVersion + 1, data }];
    });
  }

  /** Appends what follows from the newest state, again when somebody else was faster; nothing: the task as it is. */
  private async say(
    taskId: string,
    { request, once = {}, queueing = {}, outcome = () => null, repeated }: Said,
    facts: (state: CodingState) => Facts,
  ): Promise<TaskView> {
    const asked = { task: taskId.normalize('NFC'), ...request };
    for (;;) {
      // Asked first: what was said may have ended the task since.
      const first = await this.keys.find(once, asked);
      if (first) {
        repeated?.(first);
        return this.read.get(first.taskId);
      }
      const { state, sequence } = await this.states.current(asked.task);
      if (!state.created) throw new TaskNotFoundError(taskId);
      if (state.outcome) throw new TaskFinishedError(state.taskId, state.outcome);
      const drafts = facts(state);
      const alongside = this.keys.remember(once, asked, { taskId: state.taskId, outcome: outcome() });
      const options = { alongside, expectedSequence: sequence };
      try {
        if (drafts.length > 0) await this.orchestrator.record(state.taskId, drafts, { ...queueing, ...options });
        else if (alongside.length > 0) await this.events.append(state.taskId, [], options);
        return await this.read.get(state.taskId);
      } catch (error) {
        if (!(error instanceof StreamConflictError || isRepetition(error))) throw error;
      }
    }
  }
}

/** Something that is said, beside the facts that follow from it. */
interface Said {
  /** What names it: a repeat with the same key must say the same. */
  readonly request: object;
  readonly once?: Once;
  readonly queueing?: { readonly timeoutMs?: number };
  /** What is kept of it besides the task, once the facts are known. */
  readonly outcome?: () => Json;
  readonly repeated?: (first: FirstOutcome) => void;
}

function readVerdict(outcome: Json): Pick<ReportAnswer, 'accepted' | 'decidedBy'> {
  const known = typeof outcome === 'object' && outcome !== null && 'decidedBy' in outcome ? outcome : {};
  const { accepted, decidedBy } = known;
  return { accepted: accepted === true, decidedBy: typeof decidedBy === 'string' ? decidedBy : 'none' };
}

/** Files that go are a change of the code, too. */
function versionAfter({ codeVersion }: CodingState, removed: readonly string[]): number {
  return removed.length > 0 ? codeVersion + 1 : codeVersion;
}

function pausing(state: CodingState, { by, reason }: { readonly by: string; readonly reason?: string }): Facts {
  if (state.pause) return [];
  return [{ eventType: 'TASK_PAUSED', data: { code: 'USER', reason: reason ?? `Paused by ${by}.`, by } }];
}

function resuming(
  state: CodingState,
  taskId: string,
  { by, limits }: { readonly by: string; readonly limits?: TaskLimits },
): Facts {
  if (!state.pause && limits === undefined) return [];
  const reached = reachedLimit({ ...state, limits: { ...state.limits, ...limits } });
  if (reached) throw new LimitStillReachedError(taskId, reached);
  return [{ eventType: 'TASK_RESUMED', data: { by, ...(limits === undefined ? {} : { limits }) } }];
}

function checkPlan({ plan }: CodingState, taskId: string, seen: string): Plan {
  if (!plan) throw new PlanNotReadyError(taskId);
  const current = planHash(plan);
  if (current !== seen) throw new PlanChangedError(taskId, { seen, current });
  return plan;
}

/** The module that a report sends back. */
function blamed(state: CodingState, { module, codeHash }: Pick<NewBugReport, 'module' | 'codeHash'>): string | null {
  if (module !== undefined) {
    if (!state.modules.has(module)) throw new InvalidInputError([noSuchModule('module', module, state)]);
    return module;
  }
  const modules = [...state.modules.values()];
  const named = modules.find((each) => each.codeHash !== null && each.codeHash === codeHash);
  return (named ?? modules.find((each) => each.codeHash === state.lastChange.codeHash))?.path ?? null;
}

function hashOf(state: CodingState, module: string | null): string | null {
  return state.modules.get(module ?? '')?.codeHash ?? state.lastChange.codeHash;
}

function noSuchModule(field: string, path: string, { modules }: CodingState) {
  const known = [...modules.keys()].join(', ');
  return { path: field, message: `${JSON.stringify(path)} is no module of the plan: give one of ${known}` };
}
