import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import type { EventStore, StoredEvent } from '../events/index.ts';
import { sleep } from '../kernel/clock.ts';
import { fileUri, TASKS_URI, taskUri } from './task-uris.ts';

type Listener = (event: ServerEvent) => void;

/** News of the same resource go together when they come faster than this: a reader fetches the newest state anyway. */
const GATHER_MS = 100;
const RETRY_MS = 500;

/**
 * Tells which resources have changed, from the log: one catch-up subscription for all listeners, none while there are
 * none. News say that there is something to read and carry nothing themselves, so that two may come as one.
 */
export class ResourceNews implements ServerEventBus {
  private readonly listeners = new Set<Listener>();
  private following: AbortController | null = null;

  constructor(
    private readonly events: EventStore,
    private readonly report: (error: unknown) => void,
  ) {}

  get isFollowing(): boolean {
    return this.following !== null;
  }

  publish(event: ServerEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  /** Answers what ends it; safe to repeat. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    this.following ??= this.follow();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.close();
    };
  }

  /** Stops following. Safe to repeat. */
  close(): void {
    this.following?.abort();
    this.following = null;
  }

  private follow(): AbortController {
    const stop = new AbortController();
    void this.run(stop.signal);
    return stop;
  }

  private async run(signal: AbortSignal): Promise<void> {
    let after: number | null = null;
    while (!signal.aborted) {
      try {
        after ??= await this.events.lastSequence();
        for await (const batch of this.events.subscribe({ after, signal })) {
          if (signal.aborted) return;
          after = batch.at(-1)?.sequenceNumber ?? after;
          for (const event of newsOf(batch)) this.publish(event);
          await sleep(GATHER_MS, signal);
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.report(error);
        // Goes on where it was: nothing is skipped.
        await sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }
}

/** What a batch of events makes worth reading again, each once. */
export function newsOf(batch: readonly StoredEvent[]): readonly ServerEvent[] {
  const uris = new Set<string>([TASKS_URI]);
  for (const event of batch) {
    const { taskId } = event;
    uris.add(taskUri(taskId)).add(taskUri(taskId, 'events'));
    if (event.eventType.startsWith('PLAN')) uris.add(taskUri(taskId, 'plan'));
    const paths = changedPaths(event);
    if (paths.length > 0) uris.add(taskUri(taskId, 'files'));
    for (const path of paths) uris.add(fileUri(taskId, path));
  }
  const updated = [...uris].map((uri): ServerEvent => ({ kind: 'resource_updated', uri }));
  const isNew = batch.some(({ eventType }) => eventType === 'TASK_CREATED');
  return isNew ? [{ kind: 'resources_list_changed' }, ...updated] : updated;
}

/** The files that an event writes or removes. */
function changedPaths({ data }: StoredEvent): readonly string[] {
  const written = 'files' in data ? data.files.map((file) => (typeof file === 'string' ? file : file.path)) : [];
  return 'removed' in data ? [...written, ...data.removed] : written;
}
