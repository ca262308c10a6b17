import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { EventStore, type EventType, type StoredEvent } from '../events/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { TaskNotFoundError } from '../tasks/index.ts';
import { Leaving } from './leaving.service.ts';
import { serverSentEvents } from './server-sent-events.ts';

const DEFAULT_PAGE = 100;

export interface PageQuery {
  readonly afterSequence?: number;
  readonly limit?: number;
  readonly types?: readonly string[];
}

/** The events of one task as pages or as a stream that goes on live. Rejects with TaskNotFoundError. */
@Injectable()
export class TaskEvents {
  constructor(
    private readonly events: EventStore,
    private readonly leaving: Leaving,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  async page(
    taskId: string,
    { afterSequence = 0, limit = DEFAULT_PAGE, types }: PageQuery,
  ): Promise<{ events: readonly StoredEvent[]; nextAfterSequence: number }> {
    const { streamSequence: end } = await this.head(taskId);
    const events = await this.events.getEvents(taskId, {
      afterSequence,
      limit,
      // Types nobody knows match nothing, so any word may be asked for.
      ...(types ? { types: types as readonly EventType[] } : {}),
    });
    const last = events.at(-1)?.streamSequence ?? afterSequence;
    // A page that is not full has seen everything up to the end, also what its types left out.
    return { events, nextAfterSequence: events.length < limit ? Math.max(last, end) : last };
  }

  /** First what is stored, then what comes, without a gap. Ends with `gone`, or when the server shuts down. */
  async stream(taskId: string, { afterSequence = 0, types }: PageQuery, gone: AbortSignal): Promise<Readable> {
    const { streamSequence: end } = await this.head(taskId);
    if (afterSequence > end) {
      throw new InvalidInputError([
        { path: 'afterSequence', message: `${afterSequence} is beyond the newest event, ${end}` },
      ]);
    }
    const batches = this.events.subscribe({ taskId, after: afterSequence, signal: this.leaving.orWhen(gone) });
    const text = serverSentEvents(batches, {
      heartbeatMs: this.configuration.HEARTBEAT_INTERVAL_MS,
      ...(types ? { types: new Set(types) } : {}),
    });
    // Not in object mode: what is read ahead of a slow client is bounded in bytes.
    return Readable.from(text, { objectMode: false });
  }

  private async head(taskId: string) {
    const head = await this.events.head(taskId);
    if (!head) throw new TaskNotFoundError(taskId);
    return head;
  }
}
