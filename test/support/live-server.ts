import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { io, type Socket } from 'socket.io-client';
import { fastifyOptions } from '../../src/api/index.ts';
import { AppModule } from '../../src/app.module.ts';
import { type EventDraft, EventStore, type StoredEvent } from '../../src/events/index.ts';
import { ConnectionDoor } from '../../src/gateway/connection-door.ts';
import type { ConnectionLimits } from '../../src/gateway/connection-limits.ts';
import { configureGateway } from '../../src/gateway/index.ts';
import { LiveGateway } from '../../src/gateway/live.gateway.ts';
import type { LiveHub } from '../../src/gateway/live-hub.ts';
import { type RunningServer, startServer } from '../../src/server.ts';
import { TasksService } from '../../src/tasks/index.ts';
import { testConfiguration } from './configuration.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The whole server in this process on one directory and one port, with its log at hand. */
export class LiveServer implements AsyncDisposable {
  private readonly directory = temporaryDirectory();
  private running: RunningServer | null = null;
  private port = '0';

  private constructor(private readonly changes: NodeJS.ProcessEnv) {}

  static async start(changes: NodeJS.ProcessEnv = {}): Promise<LiveServer> {
    const server = new LiveServer(changes);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.running = await startServer(
      testConfiguration({
        DATA_DIR: this.directory.path,
        LLM_PROVIDER: 'delegated',
        SHUTDOWN_GRACE_MS: '0',
        ...this.changes,
        PORT: this.port,
      }),
    );
    this.port = new URL(this.running.url).port;
  }

  async stop(): Promise<void> {
    await this.running?.close();
    this.running = null;
  }

  /** Another server on the same log: without the lock on the directory, as where the log is shared. */
  async twin(): Promise<{ readonly url: string; close(): Promise<void> }> {
    const configuration = testConfiguration({
      DATA_DIR: this.directory.path,
      LLM_PROVIDER: 'delegated',
      SHUTDOWN_GRACE_MS: '0',
      ...this.changes,
    });
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.forRoot(configuration),
      new FastifyAdapter(fastifyOptions(configuration)),
      { logger: false, abortOnError: false },
    );
    configureGateway(app, configuration);
    await app.listen(0, configuration.HOST);
    return { url: await app.getUrl(), close: () => app.close() };
  }

  get url(): string {
    return this.server.url;
  }

  get events(): EventStore {
    return this.server.app.get(EventStore);
  }

  get tasks(): TasksService {
    return this.server.app.get(TasksService);
  }

  get hub(): LiveHub {
    return this.server.app.get(LiveGateway).hub;
  }

  get limits(): ConnectionLimits {
    return this.server.app.get(ConnectionDoor).limits;
  }

  /** Appends `count` events to a stream, one by one or at once. With `bytes` each carries that much, outside the state. */
  async say(
    taskId: string,
    count: number,
    { atOnce = false, bytes }: { readonly atOnce?: boolean; readonly bytes?: number } = {},
  ): Promise<readonly StoredEvent[]> {
    const drafts = Array.from({ length: count }, (_, index): EventDraft =>
      bytes === undefined
        ? { eventType: 'USER_INTERVENTION', data: { guidance: `${index} word`, by: 'test' } }
        : { eventType: 'TEST_OUTPUT', data: { module: null, text: 'x'.repeat(bytes) } },
    );
    if (atOnce) return this.events.append(taskId, drafts);
    const stored: StoredEvent[] = [];
    for (const draft of drafts) stored.push(...(await this.events.append(taskId, [draft])));
    return stored;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.directory[Symbol.dispose]();
  }

  private get server(): RunningServer {
    if (!this.running) throw new Error('the server is stopped');
    return this.running;
  }
}

/** A bare Socket.IO client, as any other program would use it. */
export async function bareSocket(url: string, auth: Record<string, string> = {}): Promise<Socket & Disposable> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() });
}

export interface SocketAnswer {
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly details: Record<string, unknown> };
  readonly [field: string]: unknown;
}

/** Sends a message and answers its acknowledgement; rejects when there is none within 5 s. */
export async function ask(socket: Socket, name: string, ...parameters: unknown[]): Promise<SocketAnswer> {
  return (await socket.timeout(5000).emitWithAck(name, ...parameters)) as SocketAnswer;
}
