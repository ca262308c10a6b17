import type { Socket } from 'socket.io-client';
import { ask, bareSocket, type SocketAnswer } from './live-server.ts';

export interface Assigned {
  readonly messageId: string;
  readonly lease: string;
  readonly attempt: number;
  readonly payload: unknown;
  readonly clock: Readonly<Record<string, number>>;
}

/** A worker that speaks the protocol by itself, and does only what the test says. */
export class BareWorker implements Disposable {
  readonly assigned: Assigned[] = [];
  readonly cancelled: { readonly messageId: string; readonly lease: string }[] = [];
  readonly said: { readonly code: string }[] = [];
  private wake: (() => void) | null = null;

  private constructor(
    readonly socket: Socket & Disposable,
    readonly registration: SocketAnswer,
  ) {}

  static async connect(url: string, request: Readonly<Record<string, unknown>> = {}): Promise<BareWorker> {
    const socket = await bareSocket(url);
    const early: Assigned[] = [];
    const onEarly = (assignment: Assigned) => void early.push(assignment);
    socket.on('worker:assign', onEarly);
    const worker = new BareWorker(socket, await ask(socket, 'worker:register', { type: 'test', ...request }));
    socket.off('worker:assign', onEarly);
    worker.assigned.push(...early);
    socket.on('worker:assign', (assignment: Assigned) => {
      worker.assigned.push(assignment);
      worker.wake?.();
    });
    socket.on('worker:cancel', (assignment: Assigned) => {
      worker.cancelled.push(assignment);
      worker.wake?.();
    });
    socket.on('system', (message: { readonly code: string }) => worker.said.push(message));
    socket.on('disconnect', () => worker.wake?.());
    return worker;
  }

  get id(): string {
    return String(this.registration.workerId);
  }

  /** Resolves once it has been assigned that many messages; answers the last of them. */
  async assignment(count = 1): Promise<Assigned> {
    await this.until(() => this.assigned.length >= count);
    return this.assigned[count - 1] as Assigned;
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  result({ messageId, lease }: Assigned, result: unknown, more: object = {}): Promise<SocketAnswer> {
    return ask(this.socket, 'worker:result', { messageId, lease, result, ...more });
  }

  heartbeat(lastLease: string | null = this.assigned.at(-1)?.lease ?? null): Promise<SocketAnswer> {
    return ask(this.socket, 'worker:heartbeat', { lastLease });
  }

  /** What it says when it comes back. */
  get resumption(): Readonly<Record<string, unknown>> {
    const { workerId, resumeToken } = this.registration;
    return { workerId, resumeToken, lastLease: this.assigned.at(-1)?.lease ?? null };
  }

  [Symbol.dispose](): void {
    this.socket.disconnect();
  }
}
