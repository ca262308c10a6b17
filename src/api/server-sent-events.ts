import type { StoredEvent } from '../events/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { withPauses } from '../kernel/with-pauses.ts';

/** Reads a Last-Event-ID header: a stream sequence, or undefined for none. */
export function readLastEventId(header: string | readonly string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header);
  throw new InvalidInputError([
    { path: 'Last-Event-ID', message: 'is no stream sequence: give the id of an event of this stream' },
  ]);
}

const RECONNECT_MS = 1000;

/**
 * Writes events as Server-Sent Events: id is the stream sequence, data the event as JSON. When nothing comes for
 * `heartbeatMs` a comment is sent, so that both sides notice a dead connection. Ends with its source.
 */
export async function* serverSentEvents(
  batches: AsyncIterable<readonly StoredEvent[]>,
  { heartbeatMs, types }: { readonly heartbeatMs: number; readonly types?: ReadonlySet<string> },
): AsyncGenerator<string, void, undefined> {
  // Said at once: it carries the head of the answer to the client.
  yield `retry: ${RECONNECT_MS}\n\n`;
  for await (const batch of withPauses(batches, heartbeatMs)) {
    if (batch === null) yield ': still here\n\n';
    for (const event of batch ?? []) {
      if (!types || types.has(event.eventType)) yield `id: ${event.streamSequence}\ndata: ${JSON.stringify(event)}\n\n`;
    }
  }
}
