import { compare, type EventStore, type StoredEvent } from '../../events/index.ts';
import { Outlines } from '../history/outlines.ts';
import { payloadOf, payloadsOf, textOf, textsOf } from '../history/payload.ts';
import { readTask } from '../history/read-task.ts';
import type { CacheNode } from './cache-node.ts';
import { foldRecords } from './fold-records.ts';
import type { NetworkedCache } from './networked-cache.ts';

const PAGE = 1000;

/** The graph of a task, made from its events alone: it can be thrown away at any time, and rebuilt at any moment. */
export class EventSourcedCache {
  readonly #events: Pick<EventStore, 'getEvents'>;
  readonly #outlines: Outlines;

  constructor(events: Pick<EventStore, 'getEvents'>, outlines = new Outlines()) {
    this.#events = events;
    this.#outlines = outlines;
  }

  /**
   * The graph as it was at a stream sequence or an ISO 8601 moment; later than the last event: as it is now. No events:
   * an empty graph. Same events, same graph, byte for byte.
   */
  async rebuild(taskId: string, until?: number | string): Promise<NetworkedCache> {
    const events: StoredEvent[] = [];
    let page: readonly StoredEvent[];
    do {
      const afterSequence = events.at(-1)?.streamSequence ?? 0;
      page = await this.#events.getEvents(taskId, {
        afterSequence,
        limit: PAGE,
        ...(until === undefined ? {} : { until }),
      });
      events.push(...page);
    } while (page.length === PAGE);
    return cacheOfEvents(taskId, events, this.#outlines);
  }
}

/** The graph after these events, whatever their order here; events of other tasks are passed over. */
export async function cacheOfEvents(
  taskId: string,
  events: readonly StoredEvent[],
  outlines = new Outlines(),
): Promise<NetworkedCache> {
  const own = events.filter((event) => event.taskId === taskId);
  return foldRecords(taskId, await readTask(own, outlines));
}

/** The nodes that events have overtaken: an event concerns them, and by its vector clock they had not seen it. */
export function staleNodes(cache: NetworkedCache, events: readonly StoredEvent[]): readonly CacheNode[] {
  return cache.nodes().filter((node) => events.some((event) => concerns(event, node) && !hasSeen(node, event)));
}

function hasSeen({ vectorClock }: CacheNode, event: StoredEvent): boolean {
  return ['equal', 'after'].includes(compare(vectorClock, event.vectorClock));
}

/** Whether an event speaks of the file of a node; of the task as a whole, whether it plans, begins or ends it. */
function concerns({ eventType, data }: StoredEvent, { type, metadata }: CacheNode): boolean {
  if (type === 'task') return /^(TASK|PLAN)/.test(eventType);
  const payload = payloadOf(data);
  const files = [...payloadsOf(payload['files']), ...payloadsOf(payloadOf(payload['plan'])['modules'])];
  const paths = [textOf(payload['module']), ...files.map(({ path }) => textOf(path)), ...textsOf(payload['removed'])];
  return typeof metadata['module'] === 'string' && metadata['module'] !== '' && paths.includes(metadata['module']);
}
