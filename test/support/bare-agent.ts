import type { Socket } from 'socket.io-client';
import { newId } from '../../src/kernel/ids.ts';
import { ask, bareSocket } from './live-server.ts';
import { request } from './rest.ts';

/** A message of the protocol as it goes over the wire. */
export interface WireMessage {
  readonly id: string;
  readonly type: string;
  readonly sender: string;
  readonly intent: string;
  readonly payload: Record<string, unknown>;
  readonly context: { readonly jobId: string; readonly stepId: string };
  readonly correlation: { readonly conversation: string };
  readonly security: { readonly lease: string };
}

/** An agent that speaks the protocol by itself, and does only what the test says. */
export class BareAgent {
  /** Steps that it has not answered, by lease. */
  readonly held = new Map<string, WireMessage>();
  /** Every step that it was ever given, as job and step. */
  readonly given: string[] = [];
  private socket: (Socket & Disposable) | null = null;

  private constructor(
    private readonly url: string,
    readonly agentId: string,
    readonly key: string,
  ) {}

  static async register(
    url: string,
    agentId: string,
    capabilities: readonly string[],
    maxConcurrent = 1,
  ): Promise<BareAgent> {
    const { status, body } = await request('POST', `${url}/agents`, {
      agentId,
      host: 'h',
      os: 'o',
      capabilities,
      maxConcurrent,
    });
    if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
    return new BareAgent(url, agentId, String(body.key));
  }

  /** Over a new connection, with what it holds. */
  async connect(): Promise<unknown> {
    this.close();
    const socket = await bareSocket(this.url);
    this.socket = socket;
    socket.on('agent:message', (message: WireMessage) => {
      this.held.set(message.security.lease, message);
      this.given.push(`${message.context.jobId}/${message.context.stepId}`);
    });
    const { agentId, key } = this;
    return ask(socket, 'agent:connect', { agentId, key, holding: [...this.held.keys()] });
  }

  async done(message: WireMessage, result: unknown): Promise<unknown> {
    if (!this.socket) throw new Error('not connected');
    const answer = doneOf(message, this.agentId, result);
    const acknowledged = await ask(this.socket, 'agent:message', { message: answer });
    if (acknowledged.ok) this.held.delete(message.security.lease);
    return acknowledged;
  }

  close(): void {
    this.socket?.disconnect();
  }
}

/** The message by which an agent says that a step is done. */
export function doneOf(message: WireMessage, sender: string, result: unknown) {
  const { id, sender: to, intent, context, correlation, security } = message;
  return {
    id: newId(),
    ts: new Date().toISOString(),
    type: 'done',
    sender,
    to,
    intent,
    payload: { result },
    context,
    correlation: { conversation: correlation.conversation, inReplyTo: id },
    expected: [],
    status: 'done',
    security,
  };
}
