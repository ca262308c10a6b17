import type { EventPayloads, PlannedModule, StoredEvent, TestOutcome, TestResult } from '../events/index.ts';
import { type Cause, Causes } from './causes.ts';
import { type CodeOrigin, originOf, sourceOf } from './code-versions.ts';
import { linesOf } from './diff-files.ts';
import { type BlamedText, blame, rangesOf } from './line-blame.ts';
import { changedFiles, removedFiles } from './task-files.ts';

/** A model call that gave code, tests or a plan. */
export interface CallView {
  readonly callId: string;
  /** PlanTask, WriteTests, GenerateModule, CorrectModule. */
  readonly signature: string;
  readonly role: string;
  /** The model that answered; null: somebody who claimed the question. */
  readonly model: string | null;
  /** Who answered; null while nobody has. */
  readonly by: string | null;
  readonly promptHash: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
  /** Stream sequences of the request and of its answer. */
  readonly requested: number;
  readonly answered: number | null;
}

/** The part of the plan that code was written for. */
export interface PlanPartView {
  readonly sequence: number;
  /** Who made it, or that somebody edited it. */
  readonly source: 'caller' | 'model' | 'edited';
  readonly objective: string;
  readonly module: PlannedModule;
  readonly call: CallView | null;
}

/** A test run, by name. */
export interface TestRunView {
  readonly sequence: number;
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly message: string | null }[];
  /** Why it failed as a whole, where no single test says so. */
  readonly problem: string | null;
}

/** Why some lines of a file are as they are. */
export interface ChangeExplanation {
  readonly origin: CodeOrigin;
  readonly version: number;
  readonly sequence: number;
  readonly eventType: StoredEvent['eventType'];
  readonly timestamp: string;
  readonly module: string | null;
  readonly call: CallView | null;
  readonly plan: PlanPartView | null;
  /** The run that made the correction necessary. */
  readonly testsBefore: TestRunView | null;
  /** The first run of the module after it, and the first that passed. */
  readonly testsAfter: TestRunView | null;
  readonly testsPassed: TestRunView | null;
  /** From the prompt to the change. */
  readonly causes: readonly Cause[];
}

export interface LinesExplanation {
  /** From 1; both belong to it. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
  readonly change: ChangeExplanation;
}

/**
 * Takes the events of a stream, in order, and explains a file: line by line which change it came with, and why that was
 * made. Of what it does not need it keeps nothing. It works in a fork as in its parent: what is copied is all there.
 */
export class CodeExplanation {
  /** Null while there is no such file. */
  private text: BlamedText | null = null;
  private readonly causes = new Causes();
  private readonly calls = new Map<string, CallView>();
  private readonly plans: StoredEvent<'PLANNING_COMPLETE' | 'PLAN_EDITED'>[] = [];
  private readonly runs: TestRun[] = [];
  private readonly corrections: { readonly sequence: number; readonly module: string }[] = [];
  private readonly paths = new Set<string>();

  constructor(
    private readonly path: string,
    private readonly version: number,
  ) {}

  /** Every file that there is at the version. */
  get files(): readonly string[] {
    return [...this.paths];
  }

  add(event: StoredEvent): void {
    this.causes.add(event);
    switch (event.eventType) {
      case 'MODEL_CALL_REQUESTED':
        this.calls.set(event.data.callId, requested(event.data, event.streamSequence));
        return;
      case 'MODEL_CALL_COMPLETED': {
        const call = this.calls.get(event.data.callId);
        if (call) this.calls.set(call.callId, answered(call, event.data, event.streamSequence));
        return;
      }
      case 'PLANNING_COMPLETE':
        this.plans.push(event);
        return;
      case 'PLAN_EDITED':
        this.plans.push(event);
        this.addFiles(event);
        return;
      case 'PLAN_REJECTED':
        this.addFiles(event);
        return;
      case 'TEST_PASSED':
      case 'TEST_FAILED':
        this.runs.push(testRun(event));
        return;
      case 'CORRECTION_STARTED':
        this.corrections.push({ sequence: event.streamSequence, module: event.data.module });
        return;
      default:
        this.addFiles(event);
    }
  }

  /** The lines of the file, or one of them; null when there is no such file, empty when it has no such line. */
  explain(line?: number): readonly LinesExplanation[] | null {
    if (!this.text) return null;
    const lines = linesOf(this.text.content);
    const explained = new Map<StoredEvent, ChangeExplanation>();
    return rangesOf(this.text).flatMap(({ from, to, broughtBy }): LinesExplanation[] => {
      if (line !== undefined && (line < from || line > to)) return [];
      const change = explained.get(broughtBy) ?? this.explainChange(broughtBy);
      explained.set(broughtBy, change);
      const [first, last] = line === undefined ? [from, to] : [line, line];
      return [{ from: first, to: last, lines: lines.slice(first - 1, last), change }];
    });
  }

  get lineCount(): number {
    return this.text ? linesOf(this.text.content).length : 0;
  }

  private addFiles(event: StoredEvent): void {
    if (event.codeVersion > this.version) return;
    for (const { path, content } of changedFiles(event)) {
      this.paths.add(path);
      if (path === this.path) this.text = blame(this.text, content, event);
    }
    for (const path of removedFiles(event)) {
      this.paths.delete(path);
      if (path === this.path) this.text = null;
    }
  }

  private explainChange(event: StoredEvent): ChangeExplanation {
    const { streamSequence: sequence, eventType, timestamp, codeVersion: version } = event;
    const { callId, module } = sourceOf(event);
    const after = module === null ? [] : this.runs.filter((run) => run.sequence > sequence && run.concerns(module));
    return {
      origin: originOf(event) ?? 'given',
      version,
      sequence,
      eventType,
      timestamp,
      module,
      call: this.callOf(callId),
      plan: module === null ? null : this.planFor(module, sequence),
      testsBefore: eventType === 'CORRECTION_COMPLETED' ? this.causeOfCorrection(event.data.module, sequence) : null,
      testsAfter: after[0]?.view ?? null,
      testsPassed: after.find(({ hasPassed }) => hasPassed)?.view ?? null,
      causes: this.causes.leadingTo(event.eventId),
    };
  }

  private callOf(callId: string | null): CallView | null {
    return callId === null ? null : (this.calls.get(callId) ?? null);
  }

  private planFor(path: string, before: number): PlanPartView | null {
    const event = this.plans.findLast(({ streamSequence }) => streamSequence < before);
    const module = event?.data.plan.modules.find((planned) => planned.path === path);
    if (!event || !module) return null;
    const { objective } = event.data.plan;
    const { source, callId } =
      event.eventType === 'PLAN_EDITED' ? { source: 'edited' as const, callId: null } : event.data;
    return { sequence: event.streamSequence, source, objective, module, call: this.callOf(callId) };
  }

  private causeOfCorrection(module: string, before: number): TestRunView | null {
    const begun = this.corrections.findLast((started) => started.module === module && started.sequence < before);
    const run = this.runs.findLast(
      ({ sequence, hasPassed, concerns }) => sequence < (begun?.sequence ?? before) && !hasPassed && concerns(module),
    );
    return run?.view ?? null;
  }
}

interface TestRun {
  readonly sequence: number;
  readonly hasPassed: boolean;
  readonly view: TestRunView;
  /** A run of the whole suite concerns every module. */
  readonly concerns: (module: string) => boolean;
}

function testRun({ eventType, data, streamSequence: sequence }: StoredEvent<'TEST_PASSED' | 'TEST_FAILED'>): TestRun {
  return {
    sequence,
    hasPassed: eventType === 'TEST_PASSED',
    view: viewOf(data, sequence),
    concerns: (module) => data.module === null || data.module === module,
  };
}

function viewOf({ results, problem }: TestOutcome, sequence: number): TestRunView {
  const of = (status: TestResult['status']) => results.filter((result) => result.status === status);
  return {
    sequence,
    passed: of('passed').map(({ name }) => name),
    failed: of('failed').map(({ name, message }) => ({ name, message: message ?? null })),
    problem: problem ?? null,
  };
}

function requested(request: EventPayloads['MODEL_CALL_REQUESTED'], sequence: number): CallView {
  const { callId, signature, role, model, promptHash } = request;
  return { callId, signature, role, model, by: null, promptHash, usage: null, requested: sequence, answered: null };
}

function answered(call: CallView, answer: EventPayloads['MODEL_CALL_COMPLETED'], sequence: number): CallView {
  const { model, by, usage } = answer;
  return { ...call, model, by, usage, answered: sequence };
}
