import type { EventStore, StoredEvent } from '../events/index.ts';
import { type Clock, sleep } from '../kernel/clock.ts';
import { signedHeaders } from './sign-message.ts';
import { sendMessage } from './send-message.ts';
import { isWanted } from './webhook.ts';
import type { Attempt, StoredWebhook, WebhookTable } from './webhook-table.ts';
import { WebhookNotFoundError, WebhookTakenOverError } from './webhooks.errors.ts';

export interface SenderOptions {
  readonly events: EventStore;
  readonly table: WebhookTable;
  readonly clock: Clock;
  readonly allowed: readonly string[];
  readonly timeoutMs: number;
  /** The first wait after a failure; it doubles from try to try, up to an hour. */
  readonly retryMs: number;
  /** So long may a receiver fail before nothing is sent to it any more. */
  readonly disableAfterMs: number;
  readonly disable: (id: string, reason: string) => Promise<void>;
  readonly report: (message: string, error: unknown) => void;
}

const MAX_RETRY_MS = 3_600_000;
/** A cursor that moves over events that nobody wants is kept so often. */
const STRIDE = 1000;
const KEPT_TASKS = 1000;
const GONE = 410;
const TROUBLE_MS = 1000;
/** How soon it is noticed that somebody has resumed a failing one, wherever they asked for it. */
const LOOK_EVERY_MS = 1000;

/**
 * Sends one webhook its events, each at least once and in order: the next one goes out only when the one before was
 * taken. How far it has come is kept with every delivery, so a killed server goes on where it was, or another instance
 * does: it ends by itself once the webhook is another's.
 */
export class WebhookSender {
  private readonly stopping = new AbortController();
  private readonly metadata = new Map<string, Readonly<Record<string, unknown>>>();
  private sending: Promise<void> = Promise.resolve();
  private seen = 0;

  constructor(
    private readonly id: string,
    private readonly options: SenderOptions,
  ) {}

  /** The last event that was sent, or looked at and passed over; 0 before the first since it was started. */
  get position(): number {
    return this.seen;
  }

  start(): void {
    this.sending = this.run();
  }

  /** Breaks off what is under way; the next start sends it again. Safe to repeat. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The webhook is stopped.'));
    await this.sending;
  }

  /** Sends one event now, out of turn, and answers what came of it. */
  async send(webhook: StoredWebhook, event: StoredEvent, attempt: number): Promise<Attempt> {
    const { clock, allowed, timeoutMs } = this.options;
    const at = clock();
    const body = JSON.stringify({ type: event.eventType, timestamp: event.timestamp, data: event });
    const signed = signedHeaders(webhook.secret, { id: event.eventId, timestamp: Math.floor(at / 1000), body });
    const headers = { ...signed, 'user-agent': 'Taskloom-Webhooks/1' };
    const { signal } = this.stopping;
    const sent = await sendMessage(new URL(webhook.url), { headers, body }, { allowed, timeoutMs, signal });
    const { eventId, eventType, taskId, sequenceNumber: sequence } = event;
    return { eventId, eventType, taskId, sequence, attempt, at, durationMs: Math.max(0, clock() - at), ...sent };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.follow();
        return;
      } catch (error) {
        // It was deleted, or belongs to another instance: nothing is left to do.
        const isOver = error instanceof WebhookNotFoundError || error instanceof WebhookTakenOverError;
        if (signal.aborted || isOver) return;
        this.options.report(`webhook ${this.id} was interrupted; it is tried again`, error);
        await sleep(TROUBLE_MS, signal).catch(() => undefined);
      }
    }
  }

  /** Until it is stopped or disabled. */
  private async follow(): Promise<void> {
    const { events, table } = this.options;
    // What is wanted never changes.
    const webhook = await table.find(this.id);
    let passedOver = 0;
    for await (const batch of events.subscribe({ after: webhook.cursor, signal: this.stopping.signal })) {
      for (const event of batch) {
        if (await isWanted(webhook, event, (taskId) => this.metadataOf(taskId))) {
          if (!(await this.deliver(event))) return;
          passedOver = 0;
        } else if (++passedOver >= STRIDE) {
          await table.advance(this.id, event.sequenceNumber, null);
          passedOver = 0;
        }
        this.seen = event.sequenceNumber;
      }
    }
  }

  /** Again and again until it is taken. False: it is given up. */
  private async deliver(event: StoredEvent): Promise<boolean> {
    const { table, clock, disable, disableAfterMs } = this.options;
    for (;;) {
      const webhook = await table.find(this.id);
      if (webhook.status === 'disabled') return false;
      if (webhook.owner !== table.instanceId) throw new WebhookTakenOverError(this.id);
      const waitMs = webhook.nextAttemptAt === null ? 0 : Date.parse(webhook.nextAttemptAt) - clock();
      if (waitMs > 0) {
        await sleep(Math.min(waitMs, LOOK_EVERY_MS), this.stopping.signal);
        continue;
      }
      const attempt = await this.send(webhook, event, webhook.attempt + 1);
      if (attempt.error === null) {
        await table.advance(this.id, event.sequenceNumber, attempt);
        return true;
      }
      await table.fail(this.id, attempt, clock() + this.backoff(webhook.attempt));
      const since = webhook.failingSince === null ? attempt.at : Date.parse(webhook.failingSince);
      if (attempt.statusCode === GONE) return this.giveUp(disable, 'the receiver says that it is gone (410)');
      if (clock() - since >= disableAfterMs) {
        return this.giveUp(disable, `it has failed since ${new Date(since).toISOString()}: ${attempt.error}`);
      }
    }
  }

  private async giveUp(disable: SenderOptions['disable'], reason: string): Promise<false> {
    await disable(this.id, reason);
    return false;
  }

  private backoff(failures: number): number {
    const full = Math.min(MAX_RETRY_MS, this.options.retryMs * 2 ** Math.min(failures, 30));
    // Up to a half less, so that many do not come back as one.
    return Math.round(full * (1 - Math.random() / 2));
  }

  private async metadataOf(taskId: string): Promise<Readonly<Record<string, unknown>>> {
    const known = this.metadata.get(taskId);
    if (known) return known;
    const [first] = await this.options.events.getEvents(taskId, { limit: 1 });
    const given: unknown = first?.eventType === 'TASK_CREATED' ? first.data.metadata : undefined;
    const metadata = typeof given === 'object' && given !== null ? { ...given } : {};
    const oldest = this.metadata.keys().next();
    if (this.metadata.size >= KEPT_TASKS && !oldest.done) this.metadata.delete(oldest.value);
    this.metadata.set(taskId, metadata);
    return metadata;
  }
}
