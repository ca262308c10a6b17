import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '../events/index.ts';
import { sleep, systemClock } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { newId } from '../kernel/ids.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import type { GuardedStatement } from '../storage/index.ts';
import { newSecret } from './sign-message.ts';
import { checkWebhook, type Delivery, type NewWebhook, type WebhookView } from './webhook.ts';
import { WebhookSender } from './webhook-sender.ts';
import { WebhookTable } from './webhook-table.ts';
import { DeliveryNotFoundError } from './webhooks.errors.ts';

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** Give it as `before` for the next page; null at the end. */
  readonly nextBefore: number | null;
}

export interface WebhookStanding {
  readonly counts: Readonly<Record<WebhookView['status'], number>>;
  readonly backlog: number;
}

const DEFAULT_PAGE = 50;
/** How soon an instance sends what another one has left, or has been made to send. */
const LOOK_EVERY_MS = 1000;

/**
 * Sends events of the log to URLs, signed: what is sent where, and what came of it. Each webhook is sent by one of the
 * instances that share the database; when that one is gone, another one goes on. All reject with WebhookNotFoundError.
 */
@Injectable()
export class WebhooksService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly senders = new Map<string, WebhookSender>();
  private readonly logger = new Logger('Webhooks');
  private readonly stopping = new AbortController();
  private looking: Promise<void> = Promise.resolve();
  private following: Promise<void> = Promise.resolve();

  constructor(
    private readonly events: EventStore,
    private readonly table: WebhookTable,
    @Inject(Orchestrator) private readonly instances: Pick<Orchestrator, 'liveInstances'>,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.following = this.lookAgain();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    await this.following;
    await this.looking;
    await Promise.all([...this.senders.values()].map((sender) => sender.stop()));
    // Who is gone by now is found out by its silence.
    await this.table.release().catch((error: unknown) => this.logger.warn(error, 'webhooks were not left to others'));
  }

  /**
   * Sends what happens from now on. The secret is told this once. `alongside` commits with it. Rejects with
   * InvalidInputError or TooManyWebhooksError.
   */
  async create(
    { url, secret = newSecret(), ...filter }: NewWebhook,
    { id, by, alongside = [] }: { id: string; by: string; alongside?: readonly GuardedStatement[] },
  ): Promise<WebhookView & { readonly secret: string }> {
    checkWebhook({ url, secret }, this.allowed);
    const cursor = await this.events.lastSequence();
    const row = { id, url, secret, cursor, created_at: systemClock(), created_by: by };
    const insert = this.table.insert(row, filter);
    const data = { id, origin: new URL(url).origin, by };
    await this.record(id, { eventType: 'WEBHOOK_CREATED', data }, [...insert, ...alongside]);
    await this.look();
    return { ...shown(await this.table.find(id)), secret };
  }

  async list(): Promise<readonly WebhookView[]> {
    return (await this.table.list()).map(shown);
  }

  async get(id: string): Promise<WebhookView> {
    return shown(await this.table.find(id));
  }

  /** How many there are of each status, and how many events the one of those sent here that is furthest behind has not looked at. */
  async standing(): Promise<WebhookStanding> {
    const last = await this.events.lastSequence();
    const counts = { active: 0, failing: 0, disabled: 0 };
    let backlog = 0;
    for (const { id, status, cursor } of await this.table.list()) {
      counts[status] += 1;
      const sender = this.senders.get(id);
      if (sender && status !== 'disabled') backlog = Math.max(backlog, last - Math.max(cursor, sender.position));
    }
    return { counts, backlog };
  }

  /** Nothing is sent any more, and what was kept of it is gone. */
  async remove(id: string, by: string): Promise<void> {
    await this.table.find(id);
    await this.record(id, { eventType: 'WEBHOOK_DELETED', data: { id, by } }, this.table.remove(id));
    await this.stopSender(id);
  }

  /** Sends again what has happened since it was disabled; a failing one is tried at once. */
  async resume(id: string, by: string): Promise<WebhookView> {
    await this.table.find(id);
    await this.stopSender(id);
    await this.record(id, { eventType: 'WEBHOOK_RESUMED', data: { id, by } }, [this.table.resume(id)]);
    await this.look();
    return this.get(id);
  }

  /** The attempts that are kept, the newest first. */
  async deliveries(
    id: string,
    { before, limit = DEFAULT_PAGE }: { readonly before?: number; readonly limit?: number } = {},
  ): Promise<DeliveryPage> {
    await this.table.find(id);
    const found = await this.table.deliveries(id, before, limit + 1);
    const deliveries = found.slice(0, limit);
    return { deliveries, nextBefore: found.length > limit ? (deliveries.at(-1)?.id ?? null) : null };
  }

  /** Sends the event of a delivery once more, now and out of turn. Rejects with DeliveryNotFoundError. */
  async redeliver(id: string, deliveryId: number): Promise<Delivery> {
    const webhook = await this.table.find(id);
    const delivery = await this.table.delivery(id, deliveryId);
    const event = delivery && (await this.events.findEvent(delivery.eventId));
    if (!event) throw new DeliveryNotFoundError(id, deliveryId);
    const attempt = await this.sender(id).send(webhook, event, delivery.attempt + 1);
    await this.table.log(id, attempt);
    const [newest] = (await this.table.deliveries(id, undefined, 10)).filter(
      ({ eventId }) => eventId === event.eventId,
    );
    if (!newest) throw new DeliveryNotFoundError(id, deliveryId);
    return newest;
  }

  private get allowed(): readonly string[] {
    return this.configuration.WEBHOOK_ALLOWED_NETWORKS ?? [];
  }

  private async record(
    id: string,
    draft: Parameters<EventStore['append']>[1][number],
    alongside: readonly GuardedStatement[],
  ): Promise<void> {
    try {
      await this.events.append(`webhook:${id}`, [draft], { alongside });
    } catch (error) {
      throw this.table.explain(error, id);
    }
  }

  private async lookAgain(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.look().catch((error: unknown) => this.logger.warn(error, 'webhooks were not looked at'));
    }
  }

  /** Sends what is this instance's to send, and nothing else. Calls follow each other. */
  private look(): Promise<void> {
    const next = this.looking.then(() => this.takeTurns());
    this.looking = next.catch(() => undefined);
    return next;
  }

  private async takeTurns(): Promise<void> {
    const { instanceId } = this.table;
    const owners = await this.table.owners();
    const isOwn = owners.every(({ owner }) => owner === instanceId);
    const live = isOwn ? new Set([instanceId]) : await this.instances.liveInstances();
    const own = new Set<string>();
    for (const webhook of owners) {
      const isFree = webhook.owner === null || !live.has(webhook.owner);
      if (webhook.owner === instanceId || (isFree && (await this.table.takeOver(webhook)))) own.add(webhook.id);
    }
    for (const id of this.senders.keys()) if (!own.has(id)) await this.stopSender(id);
    for (const id of own) this.startSender(id);
  }

  private startSender(id: string): void {
    if (this.stopping.signal.aborted || this.senders.has(id)) return;
    const sender = this.sender(id);
    this.senders.set(id, sender);
    sender.start();
  }

  private async stopSender(id: string): Promise<void> {
    const sender = this.senders.get(id);
    this.senders.delete(id);
    await sender?.stop();
  }

  private sender(id: string): WebhookSender {
    const { WEBHOOK_TIMEOUT_MS, WEBHOOK_RETRY_MS, WEBHOOK_DISABLE_AFTER_MS } = this.configuration;
    return new WebhookSender(id, {
      events: this.events,
      table: this.table,
      clock: systemClock,
      allowed: this.allowed,
      timeoutMs: WEBHOOK_TIMEOUT_MS,
      retryMs: WEBHOOK_RETRY_MS,
      disableAfterMs: WEBHOOK_DISABLE_AFTER_MS,
      disable: (webhook, reason) =>
        this.record(webhook, { eventType: 'WEBHOOK_DISABLED', data: { id: webhook, reason } }, [
          this.table.disable(webhook, reason),
        ]),
      report: (message, error) => this.logger.warn(error, message),
    });
  }
}

/** The id of a new webhook. */
export function newWebhookId(): string {
  return newId();
}

/** Named one by one: a secret is never among them. */
function shown(webhook: WebhookView): WebhookView {
  const { id, url, eventTypes, taskIds, metadata, status, problem } = webhook;
  const { cursor, failingSince, nextAttemptAt, createdAt, createdBy } = webhook;
  const filter = { eventTypes, taskIds, metadata };
  return { id, url, ...filter, status, problem, cursor, failingSince, nextAttemptAt, createdAt, createdBy };
}
