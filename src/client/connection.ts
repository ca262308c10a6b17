import { io, type Socket } from 'socket.io-client';
import { Backoff, type BackoffOptions } from './backoff.ts';
import { ConnectionError, type TaskloomError } from './errors.ts';
import { handshakeRefusalOf, passes, refusalOf } from './refusal.ts';
import type { ClientToServer, EventsFrame, ServerToClient, SystemMessage } from './wire.ts';

/** `refused`: the server has no room for another connection now; it is asked again and again. */
export type ConnectionStatus = 'connected' | 'lost' | 'reconnecting' | 'refused';

/** One who uses the connection while it is open. */
export interface ConnectionUser {
  connected(): void;
  lost(): void;
  frame(frame: EventsFrame, acknowledge: () => void): void;
  /** The first attempt has failed, or the server refuses the connection for good. */
  unreachable(error: ConnectionError | TaskloomError): void;
  /** The caller has closed the client. */
  closed(): void;
}

export interface ConnectionOptions {
  readonly backoff?: BackoffOptions;
  /** Longest silence of the server. Default: what the server announces, 10 s unless configured otherwise. */
  readonly heartbeatTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** What the server wants to be shown: a key, or a signed token. Sent to this server alone, in headers. */
  readonly key?: string;
  /** What workers need where the server has a WORKER_TOKEN; shown over the socket instead of the key. */
  readonly token?: string;
  /** `refusal` says why it is `refused`. */
  readonly onStatus?: (status: ConnectionStatus, refusal?: TaskloomError) => void;
  readonly onSystem?: (message: SystemMessage) => void;
}

export type ClientSocket = Socket<ServerToClient, ClientToServer>;

/** One socket to the server, open while somebody uses it, and opened again and again when it is lost. */
export class Connection {
  readonly socket: ClientSocket;
  private readonly users = new Set<ConnectionUser>();
  private readonly backoff: Backoff;
  private retry: NodeJS.Timeout | undefined;
  private silence: NodeJS.Timeout | undefined;
  /** The server was there once: when it cannot be reached, it is expected back. */
  private wasReached = false;
  private isOpening = false;

  constructor(
    private readonly url: string,
    private readonly options: ConnectionOptions,
  ) {
    this.backoff = new Backoff(options.backoff);
    const token = options.token ?? options.key;
    this.socket = io(url, {
      transports: ['websocket'],
      autoConnect: false,
      forceNew: true,
      // Told apart here: the manager's own does not come back from a disconnect that the server asked for.
      reconnection: false,
      timeout: options.connectTimeoutMs ?? 5000,
      ...(token === undefined ? {} : { auth: { token } }),
    });
    this.socket.on('connect', () => this.onConnect());
    this.socket.on('connect_error', (error) => this.onConnectError(error));
    this.socket.on('disconnect', (_reason, ending) => this.onDisconnect(refusalOf(ending)));
    this.socket.on('events', (frame, acknowledge) => {
      for (const user of [...this.users]) user.frame(frame, acknowledge);
    });
    this.socket.on('system', (message) => this.options.onSystem?.(message));
  }

  use(user: ConnectionUser): void {
    this.users.add(user);
    if (this.socket.connected) user.connected();
    else if (!this.isOpening && this.retry === undefined) this.open();
  }

  leave(user: ConnectionUser): void {
    if (this.users.delete(user) && this.users.size === 0) this.close();
  }

  /** Safe to repeat; a later `use` opens it again. */
  close(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    clearTimeout(this.silence);
    this.wasReached = false;
    this.isOpening = false;
    const users = [...this.users];
    this.users.clear();
    this.socket.disconnect();
    for (const user of users) user.closed();
  }

  private open(): void {
    this.isOpening = true;
    this.socket.connect();
  }

  private onConnect(): void {
    this.wasReached = true;
    this.isOpening = false;
    this.backoff.reset();
    this.watchSilence();
    this.options.onStatus?.('connected');
    for (const user of [...this.users]) user.connected();
  }

  private onConnectError(error: Error): void {
    this.isOpening = false;
    if (this.users.size === 0) return;
    const refusal = handshakeRefusalOf(error);
    if (refusal) return this.onRefused(refusal);
    if (this.wasReached) return this.tryAgain();
    const failure = new ConnectionError(this.url, reasonOf(error), { cause: error });
    for (const user of [...this.users]) user.unreachable(failure);
  }

  private onDisconnect(refusal: TaskloomError | null): void {
    clearTimeout(this.silence);
    this.isOpening = false;
    for (const user of [...this.users]) user.lost();
    if (this.users.size === 0) return;
    if (refusal) return this.onRefused(refusal);
    this.options.onStatus?.('lost');
    this.tryAgain();
  }

  private onRefused(refusal: TaskloomError): void {
    if (!passes(refusal)) {
      for (const user of [...this.users]) user.unreachable(refusal);
      return;
    }
    this.wasReached = true;
    this.options.onStatus?.('refused', refusal);
    this.tryAgain();
  }

  private tryAgain(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.options.onStatus?.('reconnecting');
      this.open();
    }, this.backoff.next());
  }

  /** Engine.IO notices the silence that the server announces; a shorter one is noticed here. */
  private watchSilence(): void {
    const { heartbeatTimeoutMs } = this.options;
    const { engine } = this.socket.io;
    if (heartbeatTimeoutMs === undefined) return;
    const heard = () => {
      clearTimeout(this.silence);
      this.silence = setTimeout(() => engine.close(), heartbeatTimeoutMs);
    };
    engine.on('packet', heard);
    heard();
  }
}

/** "websocket error" hides what happened: the WebSocket's own error has it. */
function reasonOf(error: Error & { readonly description?: { readonly message?: string } }): string {
  return error.description?.message || error.message;
}
