import { Inject, UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { Socket } from 'socket.io';
import {
  type Assignment,
  Broker,
  type DispatchAnswer,
  NotAWorkerError,
  type RegistrationAnswer,
  RemoteWorkers,
  type WorkerLink,
  WorkerTokenError,
} from '../broker/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { NeedsRole, principalOf } from '../policy/index.ts';
import { AnswerFilter } from './answer.filter.ts';
import { ConnectionDoor } from './connection-door.ts';
import { LiveGateway } from './live.gateway.ts';
import { isSameText } from './same-text.ts';
import { type RequestName, readRequest } from './requests.ts';

/** A worker's connection, as the broker sees it. */
class SocketLink implements WorkerLink {
  workerId = '';

  constructor(
    private readonly socket: Socket,
    readonly close: WorkerLink['close'],
  ) {}

  assign(assignment: Assignment): void {
    this.socket.emit('worker:assign', assignment);
  }

  cancel(assignment: Pick<Assignment, 'messageId' | 'lease'>): void {
    this.socket.emit('worker:cancel', assignment);
  }
}

/** Messages to workers, and workers in other processes, over Socket.IO. */
@WebSocketGateway()
@NeedsRole('worker')
@UseFilters(AnswerFilter)
export class WorkersGateway implements OnGatewayDisconnect<Socket> {
  private readonly links = new WeakMap<Socket, SocketLink>();

  constructor(
    private readonly broker: Broker,
    private readonly remote: RemoteWorkers,
    private readonly live: LiveGateway,
    private readonly door: ConnectionDoor,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  handleDisconnect(socket: Socket): void {
    const link = this.links.get(socket);
    if (link) this.remote.disconnected(link);
  }

  @SubscribeMessage('broker:dispatch')
  @NeedsRole('operator')
  async dispatch(@MessageBody() body: unknown): Promise<{ ok: true } & DispatchAnswer> {
    return { ok: true, ...(await this.broker.dispatch(defined(readRequest('broker:dispatch', body)))) };
  }

  @SubscribeMessage('worker:register')
  async register(
    @ConnectedSocket() socket: Socket,
    @MessageBody() body: unknown,
  ): Promise<{ ok: true } & RegistrationAnswer> {
    const { WORKER_TOKEN } = this.configuration;
    const { token } = socket.handshake.auth as { readonly token?: unknown };
    // Who has shown a key has been looked at; on this machine none is needed, but the token of workers may be.
    const isKnown = principalOf(socket.request)?.by !== 'loopback';
    if (WORKER_TOKEN !== undefined && !isKnown && !isSameText(WORKER_TOKEN, token)) throw new WorkerTokenError();
    const { capabilities = [], maxConcurrent = 1, ...request } = readRequest('worker:register', body);
    const link = this.linkOf(socket);
    const answer = await this.remote.register(link, defined({ ...request, capabilities, maxConcurrent }));
    link.workerId = answer.workerId;
    // Workers of one machine are many on purpose.
    this.door.promote(socket);
    return { ok: true, ...answer };
  }

  @SubscribeMessage('worker:heartbeat')
  heartbeat(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): { ok: true } {
    const { link, request } = this.fromWorker(socket, 'worker:heartbeat', body);
    this.remote.heartbeat(link, defined(request));
    return { ok: true };
  }

  @SubscribeMessage('worker:progress')
  progress(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): { ok: true } {
    const { link, request } = this.fromWorker(socket, 'worker:progress', body);
    this.remote.of(link)?.progress(request.messageId, request.lease, request.progress);
    return { ok: true };
  }

  @SubscribeMessage('worker:result')
  async result(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<{ ok: true }> {
    const { link, request } = this.fromWorker(socket, 'worker:result', body);
    await this.remote.result(link.workerId, defined(request));
    return { ok: true };
  }

  @SubscribeMessage('worker:error')
  async error(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<{ ok: true }> {
    const { link, request } = this.fromWorker(socket, 'worker:error', body);
    await this.remote.error(link.workerId, request);
    return { ok: true };
  }

  @SubscribeMessage('worker:leave')
  async leave(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<{ ok: true }> {
    await this.remote.leave(this.fromWorker(socket, 'worker:leave', body).link);
    return { ok: true };
  }

  /** Throws NotAWorkerError before it looks at what was sent. */
  private fromWorker<Name extends RequestName>(socket: Socket, name: Name, body: unknown) {
    const link = this.links.get(socket);
    if (!link || this.remote.of(link) === null) throw new NotAWorkerError();
    return { link, request: readRequest(name, body) };
  }

  private linkOf(socket: Socket): SocketLink {
    const known = this.links.get(socket);
    if (known) return known;
    const link = new SocketLink(socket, (code, message) => this.live.hub.drop(socket, code, message));
    this.links.set(socket, link);
    return link;
  }
}

/** A field that is undefined is one that was not sent. */
function defined<T extends object>(fields: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
