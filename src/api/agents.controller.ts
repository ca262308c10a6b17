import { Body, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Agents, AgentWork, parseMessage, routingOf } from '../jobs/index.ts';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import { IdempotencyKeys, type Once } from '../tasks/index.ts';
import {
  AcceptedDto,
  AgentDto,
  AgentListDto,
  AgentMessageDto,
  AssignedDto,
  HeartbeatDto,
  NewAgentDto,
  RegisteredAgentDto,
  TakeDto,
} from './agent.dto.ts';
import { Leaving } from './leaving.service.ts';
import { onceOnly } from './once-only.ts';
import {
  AgentKey,
  ApiAgentKey,
  ApiIdempotencyKey,
  ClientGone,
  OnceOnly,
  Problems,
  RestController,
} from './rest.adapter.ts';

const ApiAgentId = () =>
  ApiParam({
    name: 'id',
    description: 'The agent',
    schema: { type: 'string', minLength: 1, maxLength: 100, example: 'desk-7' },
  });

const ofAgents = { 400: 'The body is wrong', 401: 'The key is not that of the agent', 415: 'Not JSON' };
const ofAnAgent = { ...ofAgents, 404: 'There is no such agent' };

/** Agents that do the steps of jobs. */
@RestController('agents', 'agents')
@NeedsRole('viewer')
export class AgentsController {
  constructor(
    private readonly agents: Agents,
    private readonly work: AgentWork,
    private readonly leaving: Leaving,
  ) {}

  @Post()
  @NeedsRole('worker', 'operator')
  @ApiOperation({
    operationId: 'registerAgent',
    summary: 'Register an agent',
    description: 'Answers its key, which is shown this once. From now on it has to be heard every heartbeatMs.',
  })
  @ApiCreatedResponse({ type: RegisteredAgentDto, description: 'The agent and its key' })
  @Problems({ 400: 'The body is wrong', 409: 'The id is or was that of another agent', 415: 'Not JSON' })
  async register(@Body() agent: NewAgentDto): Promise<RegisteredAgentDto> {
    return { ...(await this.agents.register(agent)), heartbeatMs: this.agents.heartbeatMs };
  }

  @Get()
  @ApiOperation({
    operationId: 'listAgents',
    summary: 'List agents',
    description: 'The server itself and all that are registered.',
  })
  @ApiOkResponse({ type: AgentListDto, description: 'All of them' })
  async list(): Promise<AgentListDto> {
    return { agents: await this.agents.list() };
  }

  @Get(':id')
  @ApiAgentId()
  @ApiOperation({
    operationId: 'getAgent',
    summary: 'Show an agent',
    description: 'What it can do, what it has, and when it was heard last.',
  })
  @ApiOkResponse({ type: AgentDto, description: 'The agent' })
  @Problems({ 404: 'There is no such agent' })
  get(@Param('id') id: string): Promise<AgentDto> {
    return this.agents.get(id);
  }

  @Delete(':id')
  @NeedsRole('admin')
  @HttpCode(204)
  @ApiAgentId()
  @ApiOperation({
    operationId: 'deleteAgent',
    summary: 'Delete an agent',
    description: 'Its key is void from then on, and what it has is looked for another agent.',
  })
  @ApiNoContentResponse({ description: 'It is deleted' })
  @Problems({ 404: 'There is no such agent' })
  async remove(@Param('id') id: string, @Caller() caller: Principal): Promise<void> {
    await this.agents.remove(id, personOf(caller));
  }

  @Post(':id/heartbeat')
  @NeedsRole('worker')
  @HttpCode(204)
  @ApiAgentId()
  @ApiAgentKey()
  @ApiOperation({
    operationId: 'sendAgentHeartbeat',
    summary: 'Say that an agent is there',
    description: 'After three missed heartbeats it is lost.',
  })
  @ApiNoContentResponse({ description: 'It was heard' })
  @Problems(ofAnAgent)
  async heartbeat(@Param('id') id: string, @AgentKey() key: string, @Body() heartbeat: HeartbeatDto): Promise<void> {
    await this.agents.checkKnown(id);
    await this.agents.authenticate(id, key);
    await this.agents.heartbeat(id, heartbeat);
  }

  @Post(':id/take')
  @NeedsRole('worker')
  @HttpCode(200)
  @ApiAgentId()
  @ApiAgentKey()
  @ApiOperation({
    operationId: 'takeStep',
    summary: 'Take a step',
    description: 'For agents without a socket: the next step for this agent, waited for as long as you say.',
  })
  @ApiOkResponse({ type: AssignedDto, description: 'The step, as a message of type assign with its lease' })
  @ApiNoContentResponse({ description: 'There was none within the time' })
  @Problems(ofAnAgent)
  async take(
    @Param('id') id: string,
    @AgentKey() key: string,
    @Body() { waitMs = 0 }: TakeDto,
    @ClientGone() gone: AbortSignal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AssignedDto | undefined> {
    await this.agents.checkKnown(id);
    const agent = await this.agents.authenticate(id, key);
    const message = await this.work.take(
      agent,
      this.leaving.orWhen(AbortSignal.any([gone, AbortSignal.timeout(waitMs)])),
    );
    if (!message) void reply.status(204);
    // Nobody is there to hear of it: without this the step would wait for its deadline.
    else if (gone.aborted) await this.work.missed(message);
    return message ? { message } : undefined;
  }
}

/** The protocol of agents. */
@RestController('lam', 'agents')
@NeedsRole('viewer')
export class AgentMessagesController {
  constructor(
    private readonly agents: Agents,
    private readonly work: AgentWork,
    private readonly keys: IdempotencyKeys,
  ) {}

  @Post('message')
  @NeedsRole('worker')
  @HttpCode(200)
  @ApiAgentKey()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'sendAgentMessage',
    summary: 'Send a message of the protocol',
    description: 'Any type. inform, done, failure and refuse under a lease are recorded of the step. Safe to repeat.',
  })
  @ApiBody({ type: AgentMessageDto })
  @ApiOkResponse({ type: AcceptedDto, description: 'It was taken' })
  @Problems({ ...ofAgents, 409: 'The lease is no longer valid: the answer is recorded as refused', 413: 'Too long' })
  async receive(
    @AgentKey() key: string,
    @OnceOnly() { scope = '', ...once }: Once,
    @Req() request: FastifyRequest,
  ): Promise<AcceptedDto> {
    const message = parseMessage(request.body ?? null);
    const { sender } = message;
    await this.agents.authenticate(sender, key);
    // Agents may share the key of a caller: each has idempotency keys of its own.
    return onceOnly(this.keys, { ...once, scope: JSON.stringify([scope, sender]) }, message, {
      id: sender,
      perform: async (alongside) => ({ accepted: true, ...(await this.work.receive(sender, message, { alongside })) }),
      repeat: () => Promise.resolve({ accepted: true, ...routingOf(message) }),
    });
  }
}
