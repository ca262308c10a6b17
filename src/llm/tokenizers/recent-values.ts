/**
 * Values by key, at most `limit` of them. What was asked for lately stays: when the younger half is full, it becomes
 * the older one, and what nobody asked for since the last time is forgotten. No value is undefined.
 */
export class RecentValues<Value> {
  private younger = new Map<string, Value>();
  private older = new Map<string, Value>();
  private readonly half: number;

  constructor(limit: number) {
    this.half = Math.floor(limit / 2);
  }

  /** What is kept for the key, or what `make` gives, which is kept from then on. */
  getOrMake(key: string, make: () => Value): Value {
    const kept = this.younger.get(key);
    if (kept !== undefined) return kept;
    const value = this.older.get(key) ?? make();
    if (this.younger.size >= this.half) {
      this.older = this.younger;
      this.younger = new Map();
    }
    this.younger.set(key, value);
    return value;
  }

  /** A value may be kept in both halves, and counts twice then. */
  get size(): number {
    return this.younger.size + this.older.size;
  }
}
