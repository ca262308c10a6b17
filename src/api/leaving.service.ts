import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** Ends what waits for news on behalf of a client, so that open streams and long polls don't hold up the shutdown. */
@Injectable()
export class Leaving implements OnModuleDestroy {
  private readonly leaving = new AbortController();

  /** Aborted when the server shuts down or the other signal is. */
  orWhen(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.leaving.signal]);
  }

  onModuleDestroy(): void {
    this.leaving.abort();
  }
}
