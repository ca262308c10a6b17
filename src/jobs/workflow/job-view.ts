import type { Json } from '../../kernel/json.ts';
import type { Wait, WorkPlace } from '../../orchestrator/index.ts';
import type { WorkStatus } from '../protocol/agent-message.ts';
import { decideJob } from './job-workflow.ts';
import type { JobState, StepError, StepPhase, StepRecord } from './job-state.ts';

/** A step as every door shows it. */
export interface StepView {
  readonly id: string;
  readonly action: string;
  readonly phase: StepPhase;
  readonly dependsOn: readonly string[];
  /** Agents that it was looked for. */
  readonly attempt: number;
  /** Attempts that failed and were tried again. */
  readonly retries: number;
  readonly agentId: string | null;
  /** 0 to 1, by the word of its agent. */
  readonly progress: number | null;
  /** What its agent said last. */
  readonly said: string | null;
  /** Absent: it has none. */
  readonly result?: Json;
  readonly error: StepError | null;
  readonly retryAt: string | null;
  readonly deadline: string | null;
  /** The question that waits for people. */
  readonly approvalId: string | null;
  readonly approvedBy: readonly string[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** A job as every door shows it: its state from the log, and what it waits for. */
export interface JobView {
  readonly jobId: string;
  readonly status: WorkStatus;
  readonly intent: string;
  readonly request: string | null;
  readonly priority: number;
  readonly maxRetries: number;
  /** 0 to 1: the part of its steps that has ended. */
  readonly progress: number;
  readonly steps: readonly StepView[];
  /** Of the steps that no other one needs: of one its result, of several by their ids. Null before the end. */
  readonly result: Json;
  readonly waitingFor: Wait | null;
  readonly error: StepError | null;
  readonly summary: string | null;
  /** How often a person had it begin anew. */
  readonly retries: number;
  /** It failed and waits to be looked at. */
  readonly deadLetter: boolean;
  /** Stream sequence of the newest event: what a subscription goes on from. */
  readonly sequence: number;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly scheduleId: string | null;
}

export function jobStatusOf({ outcome, startedAt }: JobState): WorkStatus {
  if (outcome) return outcome === 'completed' ? 'done' : outcome;
  return startedAt === null ? 'pending' : 'running';
}

export function jobViewOf(state: JobState, sequence: number, work: WorkPlace | null): JobView {
  const { created } = state;
  const records = [...state.steps.values()];
  const ended = records.filter(({ phase }) => phase === 'done' || phase === 'failed' || phase === 'skipped');
  return {
    jobId: state.jobId,
    status: jobStatusOf(state),
    intent: state.intent,
    request: created?.request ?? null,
    priority: created?.priority ?? 0,
    maxRetries: created?.maxRetries ?? 0,
    progress: records.length === 0 ? (state.outcome === 'completed' ? 1 : 0) : ended.length / records.length,
    steps: records.map(stepViewOf),
    result: state.outcome === 'completed' ? resultOf(records) : null,
    waitingFor: waitOf(state, work),
    error: state.error,
    summary: state.summary,
    retries: state.retries,
    deadLetter: state.outcome === 'failed' && !state.dropped,
    sequence,
    createdAt: state.createdAt,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    metadata: created?.metadata ?? {},
    scheduleId: created?.scheduleId ?? null,
  };
}

function waitOf(state: JobState, work: WorkPlace | null): Wait | null {
  if (state.startedAt === null && work?.status === 'queued') return null;
  const decision = decideJob(state);
  return decision.kind === 'wait' ? decision.wait : null;
}

/** What a whole job comes to. */
function resultOf(records: readonly StepRecord[]): Json {
  const needed = new Set(
    records.flatMap(({ step, phase }) => (phase === 'done' ? step.dependsOn.map((edge) => edge.step) : [])),
  );
  const last = records.filter(({ step, phase }) => phase === 'done' && !needed.has(step.id));
  const [only] = last;
  if (only && last.length === 1) return only.result ?? null;
  return Object.fromEntries(last.map(({ step, result }) => [step.id, result ?? null]));
}

function stepViewOf(record: StepRecord): StepView {
  const { step, phase, assignment, approval, progress, result } = record;
  return {
    id: step.id,
    action: step.action,
    phase,
    dependsOn: step.dependsOn.map((edge) => edge.step),
    attempt: record.attempt,
    retries: record.failures,
    agentId: assignment?.agentId ?? record.agentId,
    progress: progress?.progress ?? null,
    said: progress?.text ?? null,
    ...(result === undefined ? {} : { result }),
    error: record.error,
    retryAt: record.retryAt,
    deadline: assignment?.deadline ?? null,
    approvalId: phase === 'approval' ? (approval?.approvalId ?? null) : null,
    approvedBy: approval?.by ?? [],
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
  };
}
