import type { IncomingMessage } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'socket.io';
import type { Configuration } from '../kernel/configuration.ts';
import { AppError } from '../kernel/errors.ts';
import { trustOf } from '../kernel/trusted-proxies.ts';
import { AddressKeys } from '../policy/index.ts';
import { ConnectionLimits, type Place } from './connection-limits.ts';

/** Engine.IO's side of a connection (pinned to 6.6 by Socket.IO 4.8.3), with what of it is private. */
export interface EngineConnection {
  remoteAddress: string;
  readonly request: IncomingMessage;
  readonly transport: { readonly socket: { close(code: number, reason: string): void } };
  once(event: 'close', listener: () => void): unknown;
  close(): void;
}

/** What the door needs of Engine.IO's server. */
export interface ConnectionSource {
  on(event: 'connection', listener: (connection: EngineConnection) => void): unknown;
}

const POLICY_VIOLATION = 1008;
const LAST_WORDS_MS = 1000;

/**
 * Lets WebSockets in while there are places, and closes the others with 1008 before anything of theirs is read. A place
 * is taken from the upgrade until the TCP connection is gone, whatever happens in between.
 */
export class ConnectionDoor {
  readonly limits: ConnectionLimits;
  private readonly keys: AddressKeys;
  private readonly places = new WeakMap<object, Place>();

  constructor({ SOCKET_MAX_PER_ADDRESS, SOCKET_MAX_CONNECTIONS, TRUSTED_PROXIES }: Configuration) {
    this.limits = new ConnectionLimits({
      maxPerAddress: SOCKET_MAX_PER_ADDRESS,
      maxConnections: SOCKET_MAX_CONNECTIONS,
    });
    this.keys = new AddressKeys(trustOf(TRUSTED_PROXIES));
  }

  /** Call after Socket.IO has begun to listen, so that it cleans up after a connection that is refused here. */
  guard(source: ConnectionSource): void {
    source.on('connection', (connection) => this.enter(connection));
  }

  /** A connection that has proven who it is, as a worker does, no longer counts for its address. Safe to repeat. */
  promote({ conn }: Pick<Socket, 'conn'>): void {
    this.places.get(conn)?.promote();
  }

  private enter(connection: EngineConnection): void {
    const { socket } = connection.request;
    const key = this.keys.keyOf(connection.request);
    forgetAddress(connection, key);
    connection.once('close', () => endSoon(socket));
    // Gone before it was let in: it would never give its place back.
    if (socket.closed) return connection.close();
    try {
      const place = this.limits.admit(key);
      this.places.set(connection, place);
      socket.once('close', () => place.release());
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      connection.transport.socket.close(POLICY_VIOLATION, `${error.code}: ${error.message}`);
      connection.close();
    }
  }
}

/** Whatever looks at the connection later finds the hash: in Socket.IO's handshake too, where it may get logged. */
function forgetAddress(connection: EngineConnection, key: string): void {
  connection.remoteAddress = key;
  const { request } = connection;
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip']) delete request.headers[name];
  request.rawHeaders = [];
}

/** A peer that does not agree to the end of its connection would hold it, and its place, for half a minute. */
function endSoon(socket: TcpSocket): void {
  if (!socket.destroyed) setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
}
