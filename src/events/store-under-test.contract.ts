import type { GuardedStatement } from '../storage/index.ts';
import type { EventDraft } from './event.ts';
import type { EventStore } from './event-store.ts';

/** A store under test, with a table of one number, 0 at first, that a test may change alongside events. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Its data may be 64 KiB and its time stamps a minute in the future, seen from `now`. */
  readonly now: number;
  readonly processId: string;
  /** Another store on the same log, as another process has it. */
  another(): Promise<EventStore>;
  /** A store of its own, without events. */
  empty(): Promise<EventStore>;
  /** Adds to the counter if it holds `ifValue`; guarded by `counter`. */
  addToCounter(amount: number, ifValue: number): GuardedStatement;
  counter(): Promise<number>;
  close(): Promise<void>;
}

/** A small event. */
export const said = (guidance: string, more: Partial<EventDraft<'USER_INTERVENTION'>> = {}): EventDraft => ({
  eventType: 'USER_INTERVENTION',
  data: { guidance, by: 'tester' },
  ...more,
});

/** What the small events of a stream say. */
export const words = (events: readonly { readonly data: object }[]): unknown[] =>
  events.map(({ data }) => ('guidance' in data ? data.guidance : null));
