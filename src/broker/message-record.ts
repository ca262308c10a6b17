import type { EventDraft, EventStore, VectorClock } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';
import type { DispatchRequest } from './message.ts';
import type { Answer } from './worker.ts';

/** At most this often the progress of a message becomes an event; what comes between is passed over. */
const PROGRESS_INTERVAL_MS = 200;

/** The facts of one message, a stream named by its id, in the order in which they happened: each is on disk before what follows from it is done. */
export class MessageRecord {
  private latestProgressAt = Number.NEGATIVE_INFINITY;
  private clock: VectorClock = {};

  constructor(
    private readonly events: EventStore,
    readonly messageId: string,
  ) {}

  sent(request: DispatchRequest, timeoutMs: number): Promise<void> {
    const { strategy, target = null, type = null, capabilities = [], payload, repeatable = false } = request;
    const { messageId } = this;
    const data = { messageId, strategy, target, workerType: type, capabilities, payload, timeoutMs, repeatable };
    return this.append({ eventType: 'MESSAGE_SENT', data });
  }

  /** Answers what the sender knew. */
  async assigned(workerId: string, lease: string, attempt: number): Promise<VectorClock> {
    const { messageId } = this;
    await this.append({ eventType: 'MESSAGE_ASSIGNED', data: { messageId, workerId, lease, attempt } });
    return this.clock;
  }

  async progressed(workerId: string, progress: Json, now = performance.now()): Promise<void> {
    if (now - this.latestProgressAt < PROGRESS_INTERVAL_MS) return;
    this.latestProgressAt = now;
    await this.append({ eventType: 'MESSAGE_PROGRESS', data: { messageId: this.messageId, workerId, progress } });
  }

  /** What the worker knew goes into the clock of the fact, and so into all that is sent after it. */
  answered(workerId: string, lease: string, { result, clock }: Answer): Promise<void> {
    const data = { messageId: this.messageId, workerId, lease, result };
    return this.append({ eventType: 'MESSAGE_ANSWERED', data, ...(clock ? { vectorClock: clock } : {}) });
  }

  failed(workerId: string | null, code: string, reason: string): Promise<void> {
    return this.append({ eventType: 'MESSAGE_FAILED', data: { messageId: this.messageId, workerId, code, reason } });
  }

  /** The answer of somebody who no longer held the message. */
  refused(workerId: string, lease: string): Promise<void> {
    return this.append({ eventType: 'MESSAGE_ANSWER_REFUSED', data: { messageId: this.messageId, workerId, lease } });
  }

  /** Only the message itself is the word of whoever sent it. */
  private async append(draft: EventDraft): Promise<void> {
    const [event] = await this.events.append(
      this.messageId,
      [draft],
      draft.eventType === 'MESSAGE_SENT' ? {} : { actor: null },
    );
    if (event) this.clock = event.vectorClock;
  }
}
