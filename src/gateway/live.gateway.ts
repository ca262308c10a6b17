import { Inject, Logger, type OnModuleDestroy, UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { Socket } from 'socket.io';
import { EventStore, type TaskState } from '../events/index.ts';
import { JobNotFoundError, Jobs, type JobView } from '../jobs/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Redactor } from '../kernel/redactor.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { Access, NeedsRole, principalOf } from '../policy/index.ts';
import { TaskNotFoundError, TasksService } from '../tasks/index.ts';
import { AnswerFilter } from './answer.filter.ts';
import { CursorBeyondEndError } from './gateway.errors.ts';
import { LiveHub } from './live-hub.ts';
import { memoryUse } from './memory-use.ts';
import { gateMessages } from './message-gate.ts';
import { readRequest } from './requests.ts';
import { subjectOf } from './subject.ts';

interface SubscribeAnswer {
  readonly ok: true;
  readonly subscriptionId: string;
  /** Of the task or job, after the event at `streamSequence`; null for all of them, and for one that is still to come. */
  readonly state: TaskState | JobView | null;
  readonly version: number;
  /** Where the log stands: events after it are news to whoever starts from `state`. */
  readonly streamSequence: number;
}

type Stand = Omit<SubscribeAnswer, 'ok' | 'subscriptionId'>;

const MAX_SUBSCRIPTIONS = 1000;
const MAX_UNACKNOWLEDGED_BYTES = 8 * 1024 * 1024;
const MAX_WAITING_PACKETS = 1000;

/** The Socket.IO door for those who look on: live events and states. */
@WebSocketGateway()
@NeedsRole('viewer')
@UseFilters(AnswerFilter)
export class LiveGateway implements OnGatewayConnection<Socket>, OnGatewayDisconnect<Socket>, OnModuleDestroy {
  readonly hub: LiveHub;
  private readonly logger = new Logger('Gateway');

  constructor(
    private readonly events: EventStore,
    private readonly tasks: TasksService,
    private readonly jobs: Jobs,
    @Inject(CONFIGURATION) configuration: Configuration,
    private readonly redactor: Redactor,
    private readonly access: Access,
    orchestrator: Orchestrator,
  ) {
    this.hub = new LiveHub({
      events,
      limits: {
        ackTimeoutMs: configuration.SOCKET_ACK_TIMEOUT_MS,
        maxSubscriptions: MAX_SUBSCRIPTIONS,
        maxUnacknowledgedBytes: MAX_UNACKNOWLEDGED_BYTES,
        maxWaitingPackets: MAX_WAITING_PACKETS,
      },
      care: {
        maxAgeMs: configuration.SOCKET_MAX_AGE_MS,
        idleAfterMs: configuration.SOCKET_IDLE_MS,
        memoryUse: memoryUse(configuration.MEMORY_LIMIT_MB),
      },
      report: (error) => this.logger.error({ err: error }, 'events could not be followed'),
    });
    orchestrator.queueWatch.onAlert(({ level, code, message }) => this.hub.announce({ level, code, message }));
  }

  handleConnection(socket: Socket): void {
    this.hub.connected(socket);
    socket.onAny(() => this.hub.checkPaceOf(socket));
    gateMessages(socket, this.access, this.redactor);
    const caller = principalOf(socket.request);
    if (!caller) return;
    const release = this.access.held.hold(caller, ({ code, message }) => this.hub.drop(socket, code, message));
    socket.once('disconnect', release);
  }

  handleDisconnect(socket: Socket): void {
    this.hub.disconnected(socket);
  }

  onModuleDestroy(): void {
    this.hub.close();
  }

  @SubscribeMessage('subscribe')
  async subscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<SubscribeAnswer> {
    const request = readRequest('subscribe', body);
    const stream = 'taskId' in request ? request.taskId : 'jobId' in request ? request.jobId : null;
    const stand =
      stream === null
        ? { state: null, version: 0, streamSequence: await this.events.lastSequence() }
        : await standOr('jobId' in request ? this.jobStand(stream) : this.taskStand(stream), request.wait ?? false);
    // A task is followed from its beginning; the whole log, which may be endless, from now.
    const after = request.afterStreamSequence ?? (stream === null ? stand.streamSequence : 0);
    if (after > stand.streamSequence) throw new CursorBeyondEndError(after, stand.streamSequence);
    const subscription = await this.hub.subscribe(socket, subjectOf(stream, request.types), after);
    // After the answer, which goes out when the promises of this turn are settled.
    setImmediate(() => subscription.start());
    return { ok: true, subscriptionId: subscription.id, ...stand };
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): { ok: true } {
    this.hub.unsubscribe(socket, readRequest('unsubscribe', body).subscriptionId);
    return { ok: true };
  }

  @SubscribeMessage('getState')
  async getState(@MessageBody() body: unknown) {
    const { taskId, until } = readRequest('getState', body);
    const state = await this.tasks.read.state(taskId, until);
    return { ok: true, state, version: state.codeVersion, streamSequence: state.streamSequence };
  }

  private async taskStand(taskId: string): Promise<Stand> {
    const state = await this.tasks.read.state(taskId);
    return { state, version: state.codeVersion, streamSequence: state.streamSequence };
  }

  private async jobStand(jobId: string): Promise<Stand> {
    const state = await this.jobs.read.get(jobId);
    return { state, version: 0, streamSequence: state.sequence };
  }
}

/** Of what may be still to come: that there is nothing of it yet. */
async function standOr(stand: Promise<Stand>, mayBeUnknown: boolean): Promise<Stand> {
  try {
    return await stand;
  } catch (error) {
    const isUnknown = error instanceof TaskNotFoundError || error instanceof JobNotFoundError;
    if (!mayBeUnknown || !isUnknown) throw error;
    return { state: null, version: 0, streamSequence: 0 };
  }
}
