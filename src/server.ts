import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { configureApi, fastifyOptions } from './api/index.ts';
import { AppModule } from './app.module.ts';
import { configureGateway, socketCounts } from './gateway/index.ts';
import type { Configuration } from './kernel/configuration.ts';
import { configureMcp, mcpSessionCount } from './mcp/index.ts';
import { configureMetrics } from './metrics/index.ts';
import { Access } from './policy/index.ts';
import { lockDataDirectory, makePrivateDirectory } from './storage/index.ts';

export interface RunningServer {
  /** `http://127.0.0.1:9876`: REST, Socket.IO and documentation. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** An admin's key for whoever started the server, good as long as it runs. */
  readonly ownKey: string;
  /** A new admin's key where keys are required and there was none: to be shown once. */
  readonly firstKey: string | null;
  /** Takes nothing more, lets running steps end, and frees the port and the data directory. Safe to repeat. */
  close(): Promise<void>;
}

/**
 * Connections that the kernel holds until they are taken; it allows at most net.core.somaxconn. With Node's 511 a burst
 * of clients at a busy server would have some that are silently dropped, try for up to a minute and are then reset.
 */
const CONNECTION_BACKLOG = 4096;

/** Starts the whole service on one configuration and resolves once it listens. Several can run in one process, each on its own directory. */
export async function startServer(configuration: Configuration): Promise<RunningServer> {
  await makePrivateDirectory(configuration.DATA_DIR);
  const lock = await lockDataDirectory(configuration.DATA_DIR);
  let app: NestFastifyApplication | null = null;
  try {
    app = await assembleServer(configuration);
    const started = app;
    const access = app.get(Access);
    const firstKey = await access.ensureAdmin();
    await app.listen({ port: configuration.PORT, host: configuration.HOST, backlog: CONNECTION_BACKLOG });
    const close = async () => {
      await started.close();
      await lock.release();
    };
    return { url: shownUrl(await app.getUrl(), configuration), app, close, ownKey: access.ownKey, firstKey };
  } catch (error) {
    await app?.close();
    await lock.release();
    throw error;
  }
}

/** Nest shows `[::1]` for all of IPv6, and for `localhost`; where it was asked for by itself, `localhost` may be another address. */
function shownUrl(url: string, { HOST }: Configuration): string {
  return HOST === '::1' ? url : url.replace('[::1]', 'localhost');
}

/** The whole service on one configuration, ready to listen: whoever calls holds its data directory, and closes it. */
export async function assembleServer(configuration: Configuration): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(configuration),
    new FastifyAdapter(fastifyOptions(configuration)),
    // What is said until then is for the log alone: why a start failed is told by whoever asked for it.
    { bufferLogs: true, autoFlushLogs: false, abortOnError: false },
  );
  app.useLogger(app.get(Logger));
  // From here on nothing is held back any more: else all that the server ever has to say would be.
  app.flushLogs();
  configureApi(app, configuration);
  configureGateway(app, configuration);
  configureMcp(app);
  configureMetrics(app, () => ({ sockets: socketCounts(app), mcpSessions: mcpSessionCount(app) }));
  return app;
}
