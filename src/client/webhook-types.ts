/** Which events are sent where. */
export interface NewWebhook {
  readonly url: string;
  /** Default: all types but those about webhooks. */
  readonly eventTypes?: readonly string[];
  readonly taskIds?: readonly string[];
  /** Of tasks that were given all of these. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** `whsec_` and 24 to 64 bytes in Base64; default: a new one. */
  readonly secret?: string;
}

export interface Webhook extends Omit<NewWebhook, 'secret'> {
  readonly id: string;
  readonly status: 'active' | 'failing' | 'disabled';
  readonly problem: string | null;
  readonly cursor: number;
  readonly failingSince: string | null;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** One attempt to send an event. */
export interface WebhookDelivery {
  readonly id: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly taskId: string;
  readonly sequence: number;
  readonly attempt: number;
  readonly at: string;
  readonly durationMs: number;
  readonly statusCode: number | null;
  /** Null: it was taken. */
  readonly error: string | null;
}

export interface DeliveryPage {
  readonly deliveries: readonly WebhookDelivery[];
  /** Give it as `before` for the next page; null at the end. */
  readonly nextBefore: number | null;
}
