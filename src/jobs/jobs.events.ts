import { declareEventTypes } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';
import type { ToDo } from './graph/to-do.ts';

/** How often a job asks for people, by action, besides what its steps say themselves. */
export type ApprovalPolicy = Readonly<Record<string, number>>;

/** What an agent bid for a step. */
export interface RecordedOffer {
  readonly agentId: string;
  /** 0 to 1: how much of its room was taken. */
  readonly load: number;
}

declare module '../events/event.ts' {
  interface EventPayloads {
    /** A graph of steps is to be run. Each job is a stream of its own, named by its id. */
    JOB_CREATED: {
      intent: string;
      /** In the words of whoever asked; null: the steps were given. */
      request: string | null;
      /** What the intent needs, where it was named and not found out. */
      params: Readonly<Record<string, Json>>;
      /** Null: they are still to be planned from the intent or the request. */
      steps: readonly ToDo[] | null;
      /** 0 (most urgent) to 100. */
      priority: number;
      /** Of each step that says nothing else. */
      maxRetries: number;
      /** Of each step that says nothing else. */
      stepTimeoutMs: number;
      approvalTimeoutMs: number;
      /** The first pause before a retry; each further one is twice as long. */
      backoffMs: number;
      approvals: ApprovalPolicy;
      metadata: Readonly<Record<string, string>>;
      /** Whose turn the job takes in the queue, by their own word; absent: they did not say. */
      submitter?: string;
      /** The schedule that it came of. Absent: none. */
      scheduleId?: string;
    };
    /** The request became steps. */
    JOB_PLANNED: { intent: string; steps: readonly ToDo[]; by: 'rules' | 'model' };
    JOB_STARTED: { steps: number };
    /** A step is due and looks for an agent: the protocol's `discover`. `hash` is that of what it asks for, filled in. */
    STEP_DISCOVERED: { step: string; attempt: number; action: string; capabilities: readonly string[]; hash: string };
    /** Agents with room for the step, best first: the protocol's `offer`. */
    STEP_OFFERED: { step: string; attempt: number; offers: readonly RecordedOffer[] };
    /** From here on the step is this agent's, under this lease: the protocol's `assign`. */
    STEP_ASSIGNED: {
      step: string;
      attempt: number;
      agentId: string;
      lease: string;
      deadline: string;
      /** Of a step that the server itself has: which of the instances that share the log. Absent: another agent has it. */
      instance?: string;
      /** `load`: it was the least busy one. */
      chosenBy: 'load' | 'model';
      /** Why the model chose it, or why the model did not choose. Absent: it was not asked. */
      because?: string;
    };
    /** How far the agent is, in its own words: the protocol's `inform`. */
    STEP_INFORMED: { step: string; lease: string; agentId: string; progress: number | null; text: string | null };
    STEP_DONE: { step: string; lease: string | null; agentId: string | null; result: Json; durationMs: number | null };
    /** An attempt failed. `retryAt`: when the next one begins; null: there is none, the step failed for good. */
    STEP_FAILED: {
      step: string;
      lease: string | null;
      agentId: string | null;
      code: string;
      reason: string;
      retryAt: string | null;
    };
    /** Its agent is gone or gave it back: the step looks for another. */
    STEP_LOST: { step: string; lease: string; agentId: string; reason: string };
    /** What it depends on ended in a way by which it is not to run. */
    STEP_SKIPPED: { step: string; because: readonly string[] };
    /** An answer under a lease that was no longer valid: it was not used. */
    STEP_RESULT_REFUSED: { step: string; lease: string; agentId: string; type: string };
    /** What a step is to do was changed before it began. */
    STEP_EDITED: {
      step: string;
      selector: string | null;
      text: string | null;
      params: Readonly<Record<string, Json>>;
      by: string;
    };
    /** People are to look at the step as it stands here, before it runs. One that was asked before is void. */
    APPROVAL_REQUESTED: {
      /** The eventId of this event. */
      approvalId: string;
      step: string;
      action: string;
      /** People that have to approve: 1, or 2 different ones. */
      needed: number;
      /** Of what they see; a decision names it. */
      hash: string;
      selector: string | null;
      text: string | null;
      params: Readonly<Record<string, Json>>;
      reason: string;
      /** The approval that is void by this: the step has changed since. Absent: none. */
      replaces?: string;
      /** When it is refused by itself. */
      until: string;
    };
    /** `answer`: what the step wanted to be told, where it did. */
    APPROVAL_GIVEN: { approvalId: string; step: string; by: string; answer?: string | number };
    APPROVAL_REFUSED: { approvalId: string; step: string; by: string; reason: string };
    JOB_DONE: { summary: string };
    /** It waits among the dead letters to be looked at, retried or dropped. */
    JOB_FAILED: { code: string; reason: string; steps: readonly string[] };
    JOB_CANCELLED: { by: string; reason: string };
    /** What failed or was skipped begins anew; what is done stays so. */
    JOB_RETRIED: { by: string; priority: number };
    /** No longer among the dead letters. */
    JOB_DROPPED: { by: string; reason: string };
    /** Each agent has a stream of its own, `agent:` and its id. */
    AGENT_REGISTERED: {
      agentId: string;
      /** SHA-256 of its key: who reads the log cannot speak in its name. */
      keyHash: string;
      host: string;
      os: string;
      capabilities: readonly string[];
      /** Steps at once. */
      maxConcurrent: number;
    };
    /** It missed three heartbeats: what it had is looked for another agent. */
    AGENT_LOST: { agentId: string; lastSeen: string };
    /** One that was lost was heard again. */
    AGENT_BACK: { agentId: string };
    AGENT_DELETED: { agentId: string; by: string };
    /** A message of the protocol that belongs to no step. */
    AGENT_SAID: { agentId: string; message: { readonly [key: string]: Json } };
  }
}

declareEventTypes(
  'JOB_CREATED',
  'JOB_PLANNED',
  'JOB_STARTED',
  'STEP_DISCOVERED',
  'STEP_OFFERED',
  'STEP_ASSIGNED',
  'STEP_INFORMED',
  'STEP_DONE',
  'STEP_FAILED',
  'STEP_LOST',
  'STEP_SKIPPED',
  'STEP_RESULT_REFUSED',
  'STEP_EDITED',
  'APPROVAL_REQUESTED',
  'APPROVAL_GIVEN',
  'APPROVAL_REFUSED',
  'JOB_DONE',
  'JOB_FAILED',
  'JOB_CANCELLED',
  'JOB_RETRIED',
  'JOB_DROPPED',
  'AGENT_REGISTERED',
  'AGENT_LOST',
  'AGENT_BACK',
  'AGENT_DELETED',
  'AGENT_SAID',
);

/** Those that tell of agents. */
export const agentEventTypes = ['AGENT_REGISTERED', 'AGENT_LOST', 'AGENT_BACK', 'AGENT_DELETED', 'AGENT_SAID'] as const;
