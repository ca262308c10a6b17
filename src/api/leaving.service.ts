import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** By then every answer that can come is out: what is still open reads too slowly, or never asked anything. */
const CLOSE_GRACE_MS = 500;

/** Ends what waits for news on behalf of a client, so that open streams and connections don't hold up the shutdown. */
@Injectable()
export class Leaving implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly leaving = new AbortController();

  constructor(private readonly host: HttpAdapterHost) {}

  /** Aborted when the server shuts down or the other signal is. */
  orWhen(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.leaving.signal]);
  }

  onModuleDestroy(): void {
    this.leaving.abort();
  }

  beforeApplicationShutdown(): void {
    // Node waits a minute for a connection that a browser opened in advance and never used.
    const server = this.host.httpAdapter.getHttpServer() as Server;
    setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
  }
}
