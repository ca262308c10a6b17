import type { StoredEvent } from '../events/index.ts';
import { InvalidInputError, type Issue } from '../kernel/errors.ts';
import { type AllowedNetworks, literalAddress, mayReach } from './outgoing-address.ts';
import { secretProblem } from './sign-message.ts';

/** Which events are sent; what is left out says nothing. */
export interface WebhookFilter {
  /** Default: all types but those about webhooks. */
  readonly eventTypes?: readonly string[] | undefined;
  readonly taskIds?: readonly string[] | undefined;
  /** Of tasks that were given all of these. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface NewWebhook extends WebhookFilter {
  readonly url: string;
  /** Default: a new one. */
  readonly secret?: string | undefined;
}

/** A webhook as it is shown: all but its secret. Times are ISO 8601. */
export interface WebhookView extends WebhookFilter {
  readonly id: string;
  readonly url: string;
  readonly status: 'active' | 'failing' | 'disabled';
  /** Why nothing is sent, or was not taken the last time; null: all is well. */
  readonly problem: string | null;
  /** The last event of the log that was sent, or passed over. */
  readonly cursor: number;
  readonly failingSince: string | null;
  readonly nextAttemptAt: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** One attempt to send an event. */
export interface Delivery {
  readonly id: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly taskId: string;
  readonly sequence: number;
  /** From 1. */
  readonly attempt: number;
  readonly at: string;
  readonly durationMs: number;
  readonly statusCode: number | null;
  readonly error: string | null;
}

/** Throws InvalidInputError that says all that is wrong. */
export function checkWebhook({ url, secret }: NewWebhook, allowed: AllowedNetworks): void {
  const issues: Issue[] = [];
  const problem = urlProblem(url, allowed);
  if (problem) issues.push({ path: 'url', message: problem });
  const wrong = secret === undefined ? null : secretProblem(secret);
  if (wrong) issues.push({ path: 'secret', message: wrong });
  if (issues.length > 0) throw new InvalidInputError(issues);
}

function urlProblem(text: string, allowed: AllowedNetworks): string | null {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an https URL, such as https://example.com/hooks';
  if (url.username || url.password) return 'must not hold a name or password: receivers check the signature';
  const literal = literalAddress(url.hostname);
  if (literal !== null && !mayReach(literal, allowed)) {
    return `${literal} is an address inside a network: WEBHOOK_ALLOWED_NETWORKS may allow it`;
  }
  // In the clear only where somebody has vouched for the network.
  if (url.protocol === 'http:' && allowed.length === 0) return 'must be https: events would travel in the clear';
  return null;
}

/** Whether an event is of a wanted type and task; `metadataOf` tells what its task was given. */
export async function isWanted(
  { eventTypes, taskIds, metadata }: WebhookFilter,
  event: StoredEvent,
  metadataOf: (taskId: string) => Promise<Readonly<Record<string, unknown>>>,
): Promise<boolean> {
  const { eventType, taskId } = event;
  if (eventTypes ? !eventTypes.includes(eventType) : eventType.startsWith('WEBHOOK_')) return false;
  if (taskIds && !taskIds.includes(taskId)) return false;
  if (!metadata) return true;
  const given = await metadataOf(taskId);
  return Object.entries(metadata).every(([key, value]) => Object.hasOwn(given, key) && given[key] === value);
}
