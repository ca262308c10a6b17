import type { EventStore, StoredEvent } from '../events/index.ts';
import { sleep } from '../kernel/clock.ts';
import { messageOf } from './message.ts';
import { keyOf, type Subject } from './subject.ts';
import { Topic } from './topic.ts';

/** One event in the ring, with the topics that keep it. */
interface Kept {
  readonly topics: readonly Topic[];
  readonly characters: number;
}

const RING_EVENTS = 2000;
const RING_CHARACTERS = 32 * 1024 * 1024;
const RETRY_MS = 500;

/**
 * Follows the log once for all subscriptions, from its end, and keeps the newest events that somebody follows: at
 * most 2,000, and 32 Mi characters. While nobody follows anything it does nothing.
 */
export class LiveLog {
  private readonly topics = new Map<string, Topic>();
  private readonly ofTask = new Map<string | null, Set<Topic>>();
  private readonly ring: Kept[] = [];
  private ringCharacters = 0;
  private following: { readonly stop: AbortController; readonly started: Promise<void> } | null = null;

  constructor(
    private readonly events: EventStore,
    private readonly report: (error: unknown) => void,
  ) {}

  get isFollowing(): boolean {
    return this.following !== null;
  }

  /**
   * The topic of a subject. Once `ready` resolves every later event reaches it, so whoever then reads the store up to
   * its end misses nothing. Listen to it at once, and call `leave` when done, also when `ready` rejects.
   */
  join(subject: Subject): { readonly topic: Topic; readonly ready: Promise<void> } {
    const key = keyOf(subject);
    const topic = this.topics.get(key) ?? this.add(key, subject);
    this.following ??= this.follow();
    return { topic, ready: this.following.started };
  }

  /** Lets go of a topic that nobody listens to any more. */
  leave(topic: Topic): void {
    if (topic.listeners.size > 0) return;
    topic.close();
    const { taskId } = topic.subject;
    if (this.topics.get(keyOf(topic.subject)) === topic) this.topics.delete(keyOf(topic.subject));
    this.ofTask.get(taskId)?.delete(topic);
    if (this.ofTask.get(taskId)?.size === 0) this.ofTask.delete(taskId);
    if (this.topics.size === 0) this.close();
  }

  /** Stops following. Safe to repeat. */
  close(): void {
    this.following?.stop.abort();
    this.following = null;
    this.ring.length = 0;
    this.ringCharacters = 0;
  }

  private add(key: string, subject: Subject): Topic {
    const topic = new Topic(subject, this.events);
    this.topics.set(key, topic);
    const others = this.ofTask.get(subject.taskId) ?? new Set();
    this.ofTask.set(subject.taskId, others.add(topic));
    return topic;
  }

  private follow(): { readonly stop: AbortController; readonly started: Promise<void> } {
    const stop = new AbortController();
    const end = this.events.lastSequence();
    void end
      .then((after) => this.run(after, stop.signal))
      .catch((error: unknown) => {
        this.report(error);
        // The next one that joins tries again.
        if (this.following?.stop === stop) this.following = null;
      });
    return { stop, started: end.then(() => undefined) };
  }

  private async run(end: number, signal: AbortSignal): Promise<void> {
    let after = end;
    while (!signal.aborted) {
      try {
        for await (const batch of this.events.subscribe({ after, signal })) {
          if (signal.aborted) return;
          this.take(batch);
          after = batch.at(-1)?.sequenceNumber ?? after;
        }
        return;
      } catch (error) {
        this.report(error);
        // Goes on where it was: nothing is skipped.
        await sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  private take(batch: readonly StoredEvent[]): void {
    const touched = new Set<Topic>();
    for (const event of batch) {
      let json: string | undefined;
      const written = () => (json ??= JSON.stringify(messageOf(event)));
      const kept: Topic[] = [];
      for (const topics of [this.ofTask.get(event.taskId), this.ofTask.get(null)]) {
        for (const topic of topics ?? []) {
          touched.add(topic);
          if (topic.add(event, written)) kept.push(topic);
        }
      }
      if (json !== undefined) this.keep({ topics: kept, characters: json.length });
    }
    for (const topic of touched) topic.release();
  }

  private keep(kept: Kept): void {
    this.ring.push(kept);
    this.ringCharacters += kept.characters;
    while (this.ring.length > RING_EVENTS || (this.ringCharacters > RING_CHARACTERS && this.ring.length > 1)) {
      const oldest = this.ring.shift();
      this.ringCharacters -= oldest?.characters ?? 0;
      for (const topic of oldest?.topics ?? []) topic.forgetOldest();
    }
  }
}
