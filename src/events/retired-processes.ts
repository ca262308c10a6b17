import { counterOf, type VectorClock } from './vector-clock.ts';

/*
 * Each start of a server is a process of its own, so the clocks of a long stream would grow for ever. Processes that
 * came one after the other are retired together, a generation at a time: their counters and that of the generation
 * before become one, whose value is the sum. Where these counters only ever grew together, a greater sum means to have
 * seen more of them, so no comparison of two clocks of the stream changes its answer.
 */

/** The processes of each generation, the oldest first, as JSON keeps them. */
export type Generations = readonly (readonly string[])[];

/** The counter that stands for everybody retired up to a generation, 1 and up; no process id looks like it. */
export function retiredCounter(generation: number): string {
  return `*${generation}`;
}

/** Who is retired in one stream. */
export class RetiredProcesses {
  static readonly none = new RetiredProcesses([]);

  readonly generations: Generations;
  private readonly generationOf: ReadonlyMap<string, number>;

  constructor(generations: Generations) {
    this.generations = generations;
    const entries = generations.flatMap((processIds, index) => [
      ...processIds.map((processId) => [processId, index + 1] as const),
      // The counter of a generation goes on into the next one.
      ...(index > 0 ? [[retiredCounter(index), index + 1] as const] : []),
    ]);
    this.generationOf = new Map(entries);
  }

  /** A clock read from this stream as it is written today. Safe to repeat, also on one that was read long ago. */
  fold(clock: VectorClock): VectorClock {
    if (this.generationOf.size === 0 || !Object.keys(clock).some((key) => this.generationOf.has(key))) return clock;
    const sums = this.generations.map(() => 0);
    const folded: Record<string, number> = {};
    for (const [key, counter] of Object.entries(clock)) {
      const generation = this.generationOf.get(key);
      if (generation === undefined) folded[key] = counter;
      else if (!key.startsWith('*')) sums[generation - 1] = (sums[generation - 1] ?? 0) + counter;
    }
    let total = 0;
    for (const [index, sum] of sums.entries())
      total = Math.max(total + sum, counterOf(clock, retiredCounter(index + 1)));
    folded[retiredCounter(this.generations.length)] = total;
    return folded;
  }

  /** The id under which a process counts in the stream. One that was retired and is alive after all is a new one. */
  livingId(processId: string): string {
    return this.generationOf.has(processId) ? `${processId}+${this.generations.length}` : processId;
  }

  /** The same with one more generation, which `canRetire` has allowed. */
  retire(processIds: readonly string[]): RetiredProcesses {
    return new RetiredProcesses([...this.generations, [...processIds]]);
  }

  /**
   * Whether retiring these changes no answer: seen through their counters alone, any two clocks of the stream must be
   * equal or one before the other. `clocks` are all those of the stream as `fold` gives them.
   */
  canRetire(processIds: readonly string[], clocks: readonly VectorClock[]): boolean {
    const counters = [...processIds, retiredCounter(this.generations.length)];
    const chain = new Map<number, VectorClock>();
    for (const clock of clocks) {
      const sum = sumOf(clock, counters);
      const same = chain.get(sum);
      if (!same) chain.set(sum, clock);
      else if (!isAtMost(clock, same, counters)) return false;
    }
    const ordered = [...chain].sort(([a], [b]) => a - b).map(([, clock]) => clock);
    return ordered.every((clock, index) => isAtMost(ordered[index - 1] ?? {}, clock, counters));
  }
}

const MAX_KNOWN = 1000;
const known = new Map<string, RetiredProcesses>();

/** Who is retired in a stream, from the JSON of its row: parsed once, as every event of the stream asks. */
export function retiredOf(generations: string | null): RetiredProcesses {
  if (generations === null) return RetiredProcesses.none;
  let retired = known.get(generations);
  if (!retired) {
    retired = new RetiredProcesses(JSON.parse(generations) as Generations);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(generations, retired);
  }
  return retired;
}

function sumOf(clock: VectorClock, counters: readonly string[]): number {
  return counters.reduce((sum, counter) => sum + counterOf(clock, counter), 0);
}

function isAtMost(a: VectorClock, b: VectorClock, counters: readonly string[]): boolean {
  return counters.every((counter) => counterOf(a, counter) <= counterOf(b, counter));
}
