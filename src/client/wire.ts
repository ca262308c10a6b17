import type { Json } from '../kernel/json.ts';

/** What goes over the socket, in the words of docs/socket.md. */

/** One event of a task. `streamSequence` is its place in the task, `sequence` its place in the whole log. */
export interface Message {
  readonly type: string;
  readonly taskId: string;
  /** Version of the task's code after it. */
  readonly version: number;
  readonly sequence: number;
  readonly streamSequence: number;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Messages after `from` and up to `to`; what a filter left out counts as seen. */
export interface EventsFrame {
  readonly subscriptionId: string;
  readonly from: number;
  readonly to: number;
  readonly messages: readonly Message[];
}

/** What the server says of itself: why it disconnects, or what could not be answered otherwise. */
export interface SystemMessage {
  readonly level: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly message: string;
}

export interface SubscribeRequest {
  readonly taskId?: string;
  readonly jobId?: string;
  readonly all?: true;
  readonly afterStreamSequence?: number;
  readonly types?: readonly string[];
  readonly wait?: boolean;
}

export interface SubscribeAnswer<State = unknown> {
  readonly ok: true;
  readonly subscriptionId: string;
  readonly state: State | null;
  readonly version: number;
  readonly streamSequence: number;
}

export interface ErrorAnswer {
  readonly ok: false;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

/** A message that this worker holds under a lease. Leases that come later are larger. */
export interface Assignment {
  readonly messageId: string;
  readonly lease: string;
  readonly attempt: number;
  readonly payload: Json;
  readonly clock: Readonly<Record<string, number>>;
  readonly timeoutMs: number;
}

export interface RegisterRequest {
  readonly type: string;
  readonly capabilities?: readonly string[];
  readonly maxConcurrent?: number;
  readonly workerId?: string;
  readonly resumeToken?: string;
  readonly holding?: readonly string[];
  readonly lastLease?: string | null;
}

export interface RegisterAnswer {
  readonly ok: true;
  readonly workerId: string;
  readonly resumeToken: string;
  readonly revoked: readonly string[];
  readonly heartbeatMs: number;
  readonly graceMs: number;
}

export interface HeartbeatRequest {
  readonly lastLease: string | null;
  readonly load?: number;
  readonly cost?: number;
  readonly clock?: Readonly<Record<string, number>>;
}

interface Leased {
  readonly messageId: string;
  readonly lease: string;
}

/** What a worker has to say at the end of a message. */
export type Conclusion =
  | (Leased & { readonly result: Json; readonly clock?: Readonly<Record<string, number>> })
  | (Leased & { readonly code: string; readonly message: string });

/** A message of the protocol of agents (docs/jobs.md). */
export interface AgentMessage {
  readonly id: string;
  readonly ts: string;
  readonly type: string;
  readonly sender: string;
  readonly to: string;
  readonly intent: string;
  readonly payload: { readonly [key: string]: Json };
  readonly context: { readonly jobId?: string; readonly stepId?: string; readonly [key: string]: Json | undefined };
  readonly correlation: { readonly conversation: string; readonly inReplyTo: string | null };
  readonly expected: readonly string[];
  readonly status: string | null;
  readonly security: { readonly lease: string | null };
}

export interface AgentWelcome {
  readonly ok: true;
  /** How often it is to be heard. */
  readonly heartbeatMs: number;
  /** Of what it holds, what is no longer its own: to be dropped. */
  readonly revoked: readonly string[];
}

type Answered<Answer = { readonly ok: true }> = (answer: Answer | ErrorAnswer) => void;

export interface ServerToClient {
  events(frame: EventsFrame, acknowledge: () => void): void;
  system(message: SystemMessage): void;
  'worker:assign'(assignment: Assignment): void;
  'worker:cancel'(assignment: Leased): void;
  'agent:message'(message: AgentMessage): void;
  'agent:cancel'(assignment: { readonly lease: string }): void;
}

export interface ClientToServer {
  subscribe(request: SubscribeRequest, answer: (answer: SubscribeAnswer | ErrorAnswer) => void): void;
  unsubscribe(request: { readonly subscriptionId: string }, answer: (answer: { ok: true } | ErrorAnswer) => void): void;
  'worker:register'(request: RegisterRequest, answer: Answered<RegisterAnswer>): void;
  'worker:heartbeat'(request: HeartbeatRequest, answer: Answered): void;
  'worker:progress'(request: Leased & { readonly progress: Json }, answer: Answered): void;
  'worker:result'(request: Conclusion, answer: Answered): void;
  'worker:error'(request: Conclusion, answer: Answered): void;
  'worker:leave'(request: Record<string, never>, answer: Answered): void;
  'agent:connect'(
    request: { readonly agentId: string; readonly key: string; readonly holding: readonly string[] },
    answer: Answered<AgentWelcome>,
  ): void;
  'agent:heartbeat'(request: { readonly load?: number }, answer: Answered): void;
  'agent:message'(request: { readonly message: AgentMessage }, answer: Answered): void;
  'agent:leave'(request: Record<string, never>, answer: Answered): void;
}
