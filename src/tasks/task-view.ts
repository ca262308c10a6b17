import type { TaskState } from '../events/index.ts';
import type { WaitingTask, WorkPlace } from '../orchestrator/index.ts';
import { waitForPeople } from './coding-decide.ts';

export const taskStatuses = [
  'created',
  'queued',
  'planning',
  'awaitingModel',
  'awaitingAnswers',
  'awaitingApproval',
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;

export type TaskStatus = (typeof taskStatuses)[number];

/** A task as every door shows it: its projection from the log, and what it waits for. */
export interface TaskView {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly prompt: string;
  /** Who answers the model calls; null before the start. */
  readonly brain: string | null;
  readonly currentModule: string | null;
  readonly iteration: number;
  /** 0 to 1. */
  readonly progress: number;
  readonly codeVersion: number;
  /** Stream sequence of the newest event: what a subscription goes on from. */
  readonly sequence: number;
  readonly modules: readonly ModuleView[];
  readonly waitingFor: Omit<WaitingTask, 'taskId'> | null;
  /** Why it rests, who asked for that; null while it does not. */
  readonly pause: TaskState['pause'];
  readonly questions: readonly string[];
  readonly approval: TaskState['approval'];
  readonly usage: TaskState['usage'];
  readonly error: { readonly code: string; readonly reason: string } | null;
  readonly summary: string | null;
  /** What was found after the end that nothing needs; null: not looked yet. */
  readonly deadCode: TaskState['deadCode'];
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The task that this one was forked from, and its last event that is in both. */
  readonly forkedFrom: TaskState['forkedFrom'];
}

export interface ModuleView {
  readonly path: string;
  readonly status: string;
  readonly iteration: number;
  readonly version: number;
  readonly codeHash: string | null;
  readonly testsPassed: number;
  readonly testsFailed: number;
  readonly lastError: string | null;
}

/** The status in the words of the API: the projection's, refined by where the task waits. */
export function statusOf(state: TaskState, work: WorkPlace | null): TaskStatus {
  const { status } = state;
  if (status === 'created' || status === 'completed' || status === 'failed' || status === 'cancelled') return status;
  // Whether or not the row has been parked yet: nothing goes on before people have said something.
  const wait = waitForPeople(state) ?? work?.wait;
  if (wait) return waitStatus(wait.reason) ?? status;
  return work?.status === 'queued' ? 'queued' : status;
}

function waitStatus(reason: string): TaskStatus | undefined {
  if (reason === 'modelUnavailable') return 'awaitingModel';
  return taskStatuses.find((status) => status === reason);
}
