import type { StoredEvent } from '../events/index.ts';

export type StreamDifferenceKind =
  /** Both say the same from beginning to end. */
  | 'none'
  /** One says all that the other says, and goes on. */
  | 'continuation'
  /** Something else happened. */
  | 'type'
  /** The same happened with other data, or to another version of the code. */
  | 'data';

export interface StreamDifference {
  readonly kind: StreamDifferenceKind;
  /** How many events both begin with. */
  readonly samePrefix: number;
  /** The first event that is not the same, on each side; null where that side ends before it. */
  readonly event: StoredEvent | null;
  readonly otherEvent: StoredEvent | null;
  /** With `data`: what is different, such as `data.files[0].content`; at most 100. */
  readonly paths: readonly string[];
}

type Events = Iterable<StoredEvent> | AsyncIterable<StoredEvent>;

/**
 * The first event at which two streams part, and how. Reads both once, side by side, and no further than there. Ids,
 * clocks, hashes, time stamps and measured times are no differences.
 */
export async function compareStreams(one: Events, other: Events): Promise<StreamDifference> {
  await using left = new Cursor(one);
  await using right = new Cursor(other);
  for (let samePrefix = 0; ; samePrefix++) {
    const [event, otherEvent] = await Promise.all([left.next(), right.next()]);
    const found = { samePrefix, event, otherEvent };
    if (!event && !otherEvent) return { ...found, kind: 'none', paths: [] };
    if (!event || !otherEvent) return { ...found, kind: 'continuation', paths: [] };
    if (event.eventType !== otherEvent.eventType) return { ...found, kind: 'type', paths: [] };
    const paths = differingPaths(event, otherEvent);
    if (paths.length > 0) return { ...found, kind: 'data', paths };
  }
}

const MAX_PATHS = 100;

/** What two events of one type say differently, as paths from the event. */
export function differingPaths(one: StoredEvent, other: StoredEvent): readonly string[] {
  const paths: string[] = [];
  collect(one.codeVersion, other.codeVersion, 'codeVersion', paths);
  collect(one.data, other.data, 'data', paths);
  return paths;
}

const noDifference = new RegExp(
  `^data\\.(${[
    'callId',
    'from',
    'promptHash',
    'codeHash',
    'tried\\[\\d+\\]\\.codeHash',
    'leaseHash',
    'leaseUntil',
    'retryAt',
    'until',
    'durationMs',
    'results\\[\\d+\\]\\.durationMs',
    'report\\.(vectorClock|codeHash)',
  ].join('|')})$`,
);

function collect(one: unknown, other: unknown, path: string, paths: string[]): void {
  if (one === other || paths.length >= MAX_PATHS || noDifference.test(path)) return;
  if (!isParent(one) || !isParent(other) || Array.isArray(one) !== Array.isArray(other)) {
    paths.push(path);
    return;
  }
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const inner = Array.isArray(one) ? `${path}[${key}]` : `${path}${asMember(key)}`;
    collect(one[key], other[key], inner, paths);
  }
}

function isParent(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function asMember(key: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

class Cursor implements AsyncDisposable {
  private readonly iterator: Iterator<StoredEvent> | AsyncIterator<StoredEvent>;

  constructor(events: Events) {
    this.iterator = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  }

  async next(): Promise<StoredEvent | null> {
    const result = await this.iterator.next();
    return result.done ? null : result.value;
  }

  /** Lets go of what the rest would be read from. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.iterator.return?.();
  }
}
