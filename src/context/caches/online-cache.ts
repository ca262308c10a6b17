/** From what goes last to what goes first when room is needed. */
export const cachePriorities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'BACKGROUND'] as const;

export type CachePriority = (typeof cachePriorities)[number];

export interface CacheItem<Value> {
  readonly key: string;
  readonly value: Value;
  /** What the value takes in a prompt, counted by the model's tokenizer; at least 0. */
  readonly tokens: number;
  readonly priority: CachePriority;
}

/** What became of an item: whether it is in, and the keys that had to go for it, in the order they went. */
export interface Admission {
  readonly kept: boolean;
  readonly evicted: readonly string[];
}

/**
 * What a running task may need next, within a budget of tokens that is never passed. Room for an item is made among those
 * of its own priority and below: the lowest priority first and within it the least recently used. What would have to push
 * out something more important is refused, as is everything with a budget of 0. All operations but eviction take
 * constant time.
 */
export class OnlineCache<Value> {
  /** The items of each priority, the least recently used first: a map keeps the order of insertion. */
  private readonly shelves = new Map(
    cachePriorities.map((priority) => [priority, new Map<string, CacheItem<Value>>()] as const),
  );
  private readonly priorities = new Map<string, CachePriority>();
  private used = 0;

  constructor(readonly budgetTokens: number) {}

  /** The value, which counts as used now; null where there is none. */
  get(key: string): Value | null {
    const shelf = this.shelfOf(key);
    const item = shelf?.get(key);
    if (!shelf || !item) return null;
    shelf.delete(key);
    shelf.set(key, item);
    return item.value;
  }

  /** Keeps an item, in place of what was kept for its key, which goes in any case. */
  put(item: CacheItem<Value>): Admission {
    this.delete(item.key);
    const victims = this.victimsFor(item);
    if (victims === null) return { kept: false, evicted: [] };
    for (const key of victims) this.delete(key);
    this.shelves.get(item.priority)?.set(item.key, item);
    this.priorities.set(item.key, item.priority);
    this.used += item.tokens;
    return { kept: true, evicted: victims };
  }

  /** Safe to repeat. */
  delete(key: string): void {
    const shelf = this.shelfOf(key);
    this.used -= shelf?.get(key)?.tokens ?? 0;
    shelf?.delete(key);
    this.priorities.delete(key);
  }

  /** All items, the most important first and of those the one used last. */
  items(): readonly CacheItem<Value>[] {
    return [...this.shelves.values()].flatMap((shelf) => [...shelf.values()].reverse());
  }

  get usedTokens(): number {
    return this.used;
  }

  get size(): number {
    return this.priorities.size;
  }

  /** The keys that have to go for an item; null where it cannot be kept. */
  private victimsFor({ tokens, priority }: CacheItem<Value>): readonly string[] | null {
    if (this.budgetTokens <= 0 || tokens > this.budgetTokens) return null;
    let missing = this.used + tokens - this.budgetTokens;
    const victims: string[] = [];
    const lowestFirst = cachePriorities.slice(cachePriorities.indexOf(priority)).reverse();
    for (const lower of lowestFirst) {
      for (const item of this.shelves.get(lower)?.values() ?? []) {
        if (missing <= 0) return victims;
        victims.push(item.key);
        missing -= item.tokens;
      }
    }
    return missing <= 0 ? victims : null;
  }

  private shelfOf(key: string): Map<string, CacheItem<Value>> | undefined {
    const priority = this.priorities.get(key);
    return priority && this.shelves.get(priority);
  }
}
