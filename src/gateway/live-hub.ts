import type { Socket } from 'socket.io';
import type { EventStore } from '../events/index.ts';
import { newId } from '../kernel/ids.ts';
import { type CareLimits, expired, givenUp } from './connection-care.ts';
import { ConnectionGoneError } from './gateway.errors.ts';
import { LiveLog } from './live-log.ts';
import { Peer, type PeerLimits, type SystemMessage } from './peer.ts';
import type { Subject } from './subject.ts';
import { Subscription } from './subscription.ts';

export interface LiveHubOptions {
  readonly events: EventStore;
  readonly limits: PeerLimits;
  readonly care: CareLimits;
  readonly report: (error: unknown) => void;
}

const MAX_PACE_INTERVAL_MS = 1000;

/** All connected clients and the one live log that they share. Without clients nothing runs. */
export class LiveHub {
  private readonly log: LiveLog;
  private readonly peers = new Map<string, Peer>();
  private pace: NodeJS.Timeout | undefined;

  constructor(private readonly options: LiveHubOptions) {
    this.log = new LiveLog(options.events, options.report);
  }

  /** Whether anything is being done: false without subscriptions. */
  get isFollowing(): boolean {
    return this.log.isFollowing;
  }

  get connections(): number {
    return this.peers.size;
  }

  /** Bytes of frames that are under way to clients; those of a frame that many get count for each. */
  get unacknowledgedBytes(): number {
    return [...this.peers.values()].reduce((sum, peer) => sum + peer.unacknowledgedBytes, 0);
  }

  connected(socket: Socket): void {
    this.peers.set(socket.id, new Peer(socket, this.options.limits, this.options.report));
    const { limits, care } = this.options;
    const interval = Math.min(MAX_PACE_INTERVAL_MS, limits.ackTimeoutMs / 4, care.maxAgeMs / 4);
    this.pace ??= setInterval(() => this.lookAfter(), interval).unref();
  }

  disconnected(socket: Socket): void {
    this.peers.get(socket.id)?.close();
    this.peers.delete(socket.id);
    // A client that only leaves the namespace would keep a connection that nobody looks after.
    socket.conn.close();
    if (this.peers.size > 0) return;
    clearInterval(this.pace);
    this.pace = undefined;
  }

  /** The client of a socket. Throws ConnectionGoneError. */
  peerOf(socket: Socket): Peer {
    const peer = this.peers.get(socket.id);
    if (!peer || peer.isGone) throw new ConnectionGoneError();
    return peer;
  }

  /** Ends a connection and says why. */
  drop(socket: Socket, code: string, message: string): void {
    this.peers.get(socket.id)?.drop(code, message);
  }

  /** To be called for each message: ends the connection of a client that asks on without reading the answers. */
  checkPaceOf(socket: Socket): void {
    const peer = this.peers.get(socket.id);
    peer?.active();
    peer?.checkPace();
  }

  /** A new subscription after a position. It begins to send when it is started. */
  async subscribe(socket: Socket, subject: Subject, after: number): Promise<Subscription> {
    const peer = this.peerOf(socket);
    peer.checkRoom();
    const { topic, ready } = this.log.join(subject);
    const subscription = new Subscription(newId(), topic, after, peer);
    peer.add(subscription, () => this.log.leave(topic));
    try {
      await ready;
    } catch (error) {
      if (!peer.isGone) peer.remove(subscription.id);
      throw error;
    }
    if (peer.isGone) throw new ConnectionGoneError();
    return subscription;
  }

  unsubscribe(socket: Socket, subscriptionId: string): void {
    this.peerOf(socket).remove(subscriptionId);
  }

  /** Says something of the server to every client. */
  announce(message: SystemMessage): void {
    for (const peer of this.peers.values()) peer.say(message);
  }

  /** Tells every client why and ends its connection. Safe to repeat. */
  close(): void {
    for (const peer of [...this.peers.values()]) {
      peer.drop('SHUTTING_DOWN', 'The server shuts down: come back in a moment.', 'info');
    }
    clearInterval(this.pace);
    this.pace = undefined;
    this.log.close();
  }

  private lookAfter(): void {
    const { care } = this.options;
    const now = performance.now();
    for (const peer of this.peers.values()) peer.checkPace(now);
    for (const peer of expired(this.peers.values(), now, care)) {
      peer.drop('CONNECTION_EXPIRED', `Open for ${care.maxAgeMs} ms, the longest there may be: connect again.`, 'info');
    }
    for (const peer of givenUp(this.peers.values(), now, care)) {
      peer.drop(
        'MEMORY_SHORT',
        'Memory runs short and this connection is idle: come back when you need it.',
        'warning',
      );
    }
  }
}
