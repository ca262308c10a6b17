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

export interface ServerToClient {
  events(frame: EventsFrame, acknowledge: () => void): void;
  system(message: SystemMessage): void;
}

export interface ClientToServer {
  subscribe(request: SubscribeRequest, answer: (answer: SubscribeAnswer | ErrorAnswer) => void): void;
  unsubscribe(request: { readonly subscriptionId: string }, answer: (answer: { ok: true } | ErrorAnswer) => void): void;
}
