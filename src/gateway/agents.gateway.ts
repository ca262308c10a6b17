import { UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { Socket } from 'socket.io';
import {
  type AgentLink,
  type AgentMessage,
  Agents,
  AgentWork,
  NotAnAgentError,
  parseMessage,
  type Routing,
} from '../jobs/index.ts';
import { NeedsRole } from '../policy/index.ts';
import { AnswerFilter } from './answer.filter.ts';
import { ConnectionDoor } from './connection-door.ts';
import { LiveGateway } from './live.gateway.ts';
import { readRequest } from './requests.ts';

/** An agent's connection, as those see it who hand out steps. */
class SocketLink implements AgentLink {
  readonly room = null;

  constructor(
    readonly agentId: string,
    private readonly socket: Socket,
    readonly close: AgentLink['close'],
  ) {}

  assign(message: AgentMessage<'assign'>): void {
    this.socket.emit('agent:message', message);
  }

  cancel(lease: string): void {
    this.socket.emit('agent:cancel', { lease });
  }
}

/** Agents in other processes, over Socket.IO: they speak the protocol of agents in `agent:message`, both ways. */
@WebSocketGateway()
@NeedsRole('worker')
@UseFilters(AnswerFilter)
export class AgentsGateway implements OnGatewayDisconnect<Socket> {
  private readonly links = new WeakMap<Socket, SocketLink>();

  constructor(
    private readonly agents: Agents,
    private readonly work: AgentWork,
    private readonly live: LiveGateway,
    private readonly door: ConnectionDoor,
  ) {}

  handleDisconnect(socket: Socket): void {
    const link = this.links.get(socket);
    if (link) this.work.disconnect(link.agentId, link);
  }

  @SubscribeMessage('agent:connect')
  async connect(
    @ConnectedSocket() socket: Socket,
    @MessageBody() body: unknown,
  ): Promise<{ ok: true; heartbeatMs: number; revoked: readonly string[] }> {
    const { agentId, key, holding = [] } = readRequest('agent:connect', body);
    const agent = await this.agents.authenticate(agentId, key);
    const link = new SocketLink(agentId, socket, (code, message) => this.live.hub.drop(socket, code, message));
    // Agents of one machine are many on purpose.
    this.door.promote(socket);
    this.links.set(socket, link);
    const revoked = await this.work.connect(agent, link, holding);
    // Gone while it was let in: nobody would take it off.
    if (!socket.connected) this.work.disconnect(agentId, link);
    return { ok: true, heartbeatMs: this.agents.heartbeatMs, revoked };
  }

  @SubscribeMessage('agent:heartbeat')
  async heartbeat(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<{ ok: true }> {
    const { agentId } = this.linkOf(socket);
    await this.agents.heartbeat(agentId, readRequest('agent:heartbeat', body));
    return { ok: true };
  }

  @SubscribeMessage('agent:message')
  async receive(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<{ ok: true } & Routing> {
    const { agentId } = this.linkOf(socket);
    const { message } = readRequest('agent:message', body);
    return { ok: true, ...(await this.work.receive(agentId, parseMessage(message))) };
  }

  /** It takes no more steps; it goes once it has answered for those that it has. */
  @SubscribeMessage('agent:leave')
  leave(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): { ok: true } {
    const { agentId } = this.linkOf(socket);
    readRequest('agent:leave', body);
    this.work.leaving(agentId);
    return { ok: true };
  }

  /** Throws NotAnAgentError before it looks at what was sent. */
  private linkOf(socket: Socket): SocketLink {
    const link = this.links.get(socket);
    if (!link) throw new NotAnAgentError();
    return link;
  }
}
