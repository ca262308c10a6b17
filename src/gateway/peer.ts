import type { Socket } from 'socket.io';
import { SubscriptionNotFoundError, TooManySubscriptionsError } from './gateway.errors.ts';
import type { Cared } from './connection-care.ts';
import type { Frame } from './frame.ts';
import { sendFrame, waitingPackets } from './socket-frame.ts';
import type { FrameSink, Subscription } from './subscription.ts';

/** What the server says of itself. */
export interface SystemMessage {
  readonly level: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly message: string;
}

export interface PeerLimits {
  /** How long a client may leave frames unacknowledged. */
  readonly ackTimeoutMs: number;
  readonly maxSubscriptions: number;
  /** Bytes of frames under way to one client, over all its subscriptions; a single larger frame may go alone. */
  readonly maxUnacknowledgedBytes: number;
  /** Packets that wait in the process for a client that does not read. */
  readonly maxWaitingPackets: number;
}

const LAST_WORDS_MS = 1000;

/** One connected client and what it follows. It is ended with a reason when it does not take what it asked for. */
export class Peer implements FrameSink, Cared {
  readonly openedAt = performance.now();
  private readonly subscriptions = new Map<string, { readonly subscription: Subscription; readonly end: () => void }>();
  private bytesUnderWay = 0;
  private unacknowledgedFrames = 0;
  /** Since when the client owes an acknowledgement. */
  private waitingSince = 0;
  /** When events last went out or anything of the client's last came in; heartbeats do not count. */
  private activeAt = this.openedAt;
  private isClosed = false;

  constructor(
    private readonly socket: Socket,
    private readonly limits: PeerLimits,
    private readonly report: (error: unknown) => void,
  ) {}

  get unacknowledgedBytes(): number {
    return this.bytesUnderWay;
  }

  get isGone(): boolean {
    return this.isClosed;
  }

  /** `end` is called once when the subscription ends, however it does. */
  add(subscription: Subscription, end: () => void): void {
    this.subscriptions.set(subscription.id, { subscription, end });
  }

  /** Throws TooManySubscriptionsError. */
  checkRoom(): void {
    const { maxSubscriptions } = this.limits;
    if (this.subscriptions.size >= maxSubscriptions) throw new TooManySubscriptionsError(maxSubscriptions);
  }

  /** Throws SubscriptionNotFoundError. */
  remove(subscriptionId: string): void {
    const entry = this.subscriptions.get(subscriptionId);
    if (!entry) throw new SubscriptionNotFoundError(subscriptionId);
    this.subscriptions.delete(subscriptionId);
    entry.subscription.close();
    entry.end();
  }

  hasRoom(): boolean {
    return this.unacknowledgedFrames === 0 || this.bytesUnderWay < this.limits.maxUnacknowledgedBytes;
  }

  send(subscription: Subscription, from: number, frame: Frame): void {
    this.active();
    if (this.unacknowledgedFrames === 0) this.waitingSince = this.activeAt;
    this.unacknowledgedFrames++;
    this.bytesUnderWay += frame.tail.length;
    sendFrame(this.socket, subscription.id, from, frame, () => this.acknowledged(subscription, frame));
  }

  /** Something of the client's has come in. */
  active(): void {
    this.activeAt = performance.now();
  }

  isIdle(now: number, idleAfterMs: number): boolean {
    const owesNothing = this.unacknowledgedFrames === 0 && waitingPackets(this.socket) === 0;
    return owesNothing && now - this.activeAt >= idleAfterMs;
  }

  failed(error: unknown): void {
    this.report(error);
    this.drop('SUBSCRIPTION_FAILED', 'The events could not be read: subscribe again from the last one you have.');
  }

  /** Ends the client when it has stopped taking what is sent to it. */
  checkPace(now = performance.now()): void {
    const { ackTimeoutMs, maxWaitingPackets } = this.limits;
    if (this.isClosed) return;
    if (this.unacknowledgedFrames > 0 && now - this.waitingSince > ackTimeoutMs) {
      this.drop(
        'SLOW_CLIENT',
        `No frame was acknowledged for ${ackTimeoutMs} ms: subscribe again from the last event.`,
      );
    } else if (waitingPackets(this.socket) > maxWaitingPackets) {
      this.drop('SLOW_CLIENT', `More than ${maxWaitingPackets} answers wait to be read: read them before asking more.`);
    }
  }

  /** Something of the server. Nothing to a client that reads too slowly to be told more. */
  say(message: SystemMessage): void {
    if (!this.isClosed && waitingPackets(this.socket) <= this.limits.maxWaitingPackets)
      this.socket.emit('system', message);
  }

  /** Says why, and ends the connection: within a second even where nobody reads. */
  drop(code: string, message: string, level: SystemMessage['level'] = 'error'): void {
    if (this.isClosed) return;
    this.close();
    const connection = this.socket.request.socket;
    this.socket.emit('system', { level, code, message });
    this.socket.disconnect(true);
    setTimeout(() => connection.destroy(), LAST_WORDS_MS).unref();
  }

  /** Ends all subscriptions. Safe to repeat. */
  close(): void {
    this.isClosed = true;
    this.bytesUnderWay = 0;
    for (const id of [...this.subscriptions.keys()]) this.remove(id);
  }

  private acknowledged(subscription: Subscription, { tail }: Frame): void {
    const wasFull = !this.hasRoom();
    this.unacknowledgedFrames--;
    this.bytesUnderWay -= tail.length;
    this.active();
    this.waitingSince = this.activeAt;
    subscription.acknowledged();
    if (!wasFull) return;
    for (const { subscription: other } of [...this.subscriptions.values()]) other.pump();
  }
}
