import type { Json } from '../kernel/json.ts';
import {
  type Answer,
  type Assignment,
  type HandlingContext,
  type Offer,
  Worker,
  type WorkerOptions,
} from './worker.ts';

/** What a worker of this process does with a message. Rejecting is the answer that it failed. */
export type Handler = (
  payload: Json,
  context: {
    readonly messageId: string;
    /** The same message may come twice only if it is marked repeatable: this tells the tries apart. */
    readonly attempt: number;
    readonly signal: AbortSignal;
    readonly progress: (progress: Json) => void;
  },
) => Json | Promise<Json>;

export interface LocalWorkerOptions extends WorkerOptions {
  readonly handler: Handler;
  /** What it bids for a message; null: it wants none. Default: by its own load. */
  readonly offer?: (payload: Json) => Promise<Offer | null>;
}

/** A worker in this process: one message at a time. */
export class LocalWorker extends Worker {
  override readonly place = 'local';

  constructor(private readonly local: LocalWorkerOptions) {
    super(local);
  }

  override offer(payload: Json): Promise<Offer | null> {
    if (!this.local.offer || this.estimate() === null) return super.offer(payload);
    return this.local.offer(payload);
  }

  protected override async handle(
    { messageId, attempt, payload }: Assignment,
    context: HandlingContext,
  ): Promise<Answer> {
    const { signal } = context;
    context.begun();
    return {
      result: await this.local.handler(payload, {
        messageId,
        attempt,
        signal,
        progress: (progress) => context.progress(progress),
      }),
      clock: null,
    };
  }
}
