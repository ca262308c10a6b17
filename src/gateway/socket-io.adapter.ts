import type { IncomingMessage } from 'node:http';
import { type INestApplication, Logger } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import type { Configuration } from '../kernel/configuration.ts';
import { isOwnHost, isOwnOrigin } from '../kernel/hosts.ts';
import { Redactor } from '../kernel/redactor.ts';
import { Access } from '../policy/index.ts';
import { ConnectionDoor } from './connection-door.ts';
import { Handshake } from './handshake.ts';
import { LiveGateway } from './live.gateway.ts';

const CONNECT_TIMEOUT_MS = 5000;
const MAX_MESSAGE_BYTES = 1024 * 1024;
const MIN_PONG_TIMEOUT_MS = 20;

/** Socket.IO over WebSocket alone, on the server's own port, for programs and for pages of this server. */
class SocketIoAdapter extends IoAdapter {
  constructor(
    app: INestApplication,
    private readonly configuration: Configuration,
    private readonly door: ConnectionDoor,
    private readonly handshake: Handshake,
  ) {
    super(app);
  }

  override createIOServer(port: number, options: Partial<ServerOptions> = {}): Server {
    const { HEARTBEAT_INTERVAL_MS, HEARTBEAT_TIMEOUT_MS } = this.configuration;
    const wanted: Partial<ServerOptions> = {
      ...options,
      transports: ['websocket'],
      allowUpgrades: false,
      serveClient: false,
      perMessageDeflate: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      // The last sign of life is at most one interval older than the ping: together they make the allowed silence.
      pingInterval: HEARTBEAT_INTERVAL_MS,
      pingTimeout: Math.max(MIN_PONG_TIMEOUT_MS, HEARTBEAT_TIMEOUT_MS - HEARTBEAT_INTERVAL_MS),
      allowRequest: (request, decide) => {
        const refusal = refusalOf(request, this.configuration);
        this.handshake.arrived(request);
        decide(refusal, refusal === null);
      },
    };
    // What is left out has Socket.IO's default.
    const server = super.createIOServer(port, wanted as ServerOptions);
    this.door.guard(server.engine);
    this.handshake.guard(server);
    return server;
  }
}

/** Why a handshake is refused: a page of another site, or one that rebound its name to this machine. */
function refusalOf(
  { headers, socket }: IncomingMessage,
  { ALLOWED_HOSTS = [], CORS_ORIGINS = [] }: Configuration,
): string | null {
  const { host, origin } = headers;
  if (!isOwnHost(host, socket, ALLOWED_HOSTS)) return 'The Host header does not name this server.';
  const isAllowed = isOwnOrigin(origin, host ?? '', ALLOWED_HOSTS, CORS_ORIGINS);
  return isAllowed ? null : 'The Origin header names another site.';
}

/** What the socket door holds open, now: clients, connections that may be none yet, and bytes on their way. */
export function socketCounts(app: INestApplication): {
  readonly clients: number;
  readonly connections: number;
  readonly unacknowledgedBytes: number;
} {
  const { connections: clients, unacknowledgedBytes } = app.get(LiveGateway).hub;
  return { clients, connections: app.get(ConnectionDoor).limits.connections, unacknowledgedBytes };
}

/** Puts the socket door on the application's port. Call before listening. */
export function configureGateway(app: INestApplication, configuration: Configuration): void {
  const logger = new Logger('Gateway');
  const report = (error: unknown) => logger.error({ err: error }, 'a handshake failed');
  const handshake = new Handshake(app.get(Access), app.get(Redactor), report);
  app.useWebSocketAdapter(new SocketIoAdapter(app, configuration, app.get(ConnectionDoor), handshake));
}
