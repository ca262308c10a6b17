import { hash } from 'node:crypto';

/** The hash that the first event of a stream is chained to. */
export const FIRST_HASH = '0'.repeat(64);

/** The fields of an event in their stored form, in the order of the hash. */
export interface HashedEvent {
  readonly sequence: number;
  readonly streamSequence: number;
  readonly eventId: string;
  readonly taskId: string;
  readonly eventType: string;
  /** Version of the payload's shape. */
  readonly typeVersion: number;
  readonly timestamp: string;
  /** JSON as it is stored. */
  readonly clock: string;
  readonly causationId: string | null;
  readonly correlationId: string;
  readonly codeVersion: number;
  /** JSON as it is stored. */
  readonly data: string;
  /** JSON as it is stored; null: none. */
  readonly actor: string | null;
}

/** SHA-256, hexadecimal, over the hash of the event before it in its stream and everything this one says. */
export function chainedHash(previous: string, event: HashedEvent): string {
  const header = JSON.stringify([
    event.sequence,
    event.streamSequence,
    event.eventId,
    event.taskId,
    event.eventType,
    event.timestamp,
    event.clock,
    event.causationId,
    event.correlationId,
    event.codeVersion,
    // Shapes had no version at first, and events no actor: what is not there is left out, so that the hashes of then still hold.
    ...(event.typeVersion === 1 && event.actor === null ? [] : [event.typeVersion]),
    ...(event.actor === null ? [] : [event.actor]),
  ]);
  return hash('sha256', `${previous}\n${header}\n${event.data}`);
}
