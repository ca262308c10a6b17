/**
 * The least time that a processor spent on one of five runs, in milliseconds: what else runs on the machine does not
 * count, nor what the first runs have to load and compile. Ends early when a run is below `enoughMs`.
 */
export async function processorTime(enoughMs: number, run: () => unknown): Promise<number> {
  let least = Infinity;
  for (let attempt = 0; attempt < 5 && least >= enoughMs; attempt++) {
    const begun = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** What the yardstick takes on the machine that targets were set on, while it does nothing else. */
const YARDSTICK_MS = 10;

/**
 * How many times slower than the machine that targets were set on this one is now: the processor time of a fixed piece of
 * work such as contexts are made of (names in maps, numbers in arrays, texts cut and joined). At least 1.
 */
export async function slowness(): Promise<number> {
  return Math.max(1, (await processorTime(YARDSTICK_MS, yardstick)) / YARDSTICK_MS);
}

function yardstick(): number {
  const names = Array.from({ length: 20_000 }, (_, index) => `src/part${index % 700}.ts#name${index}`);
  const ranks = new Float64Array(names.length).fill(1);
  const known = new Map(names.map((name, index) => [name, index]));
  for (let round = 0; round < 30; round++)
    for (let index = 0; index < ranks.length; index++)
      ranks[(index * 7 + round) % ranks.length] = 0.85 * (ranks[index] ?? 0) + 0.15;
  const ordered = [...known].sort((a, b) => (ranks[b[1]] ?? 0) - (ranks[a[1]] ?? 0));
  return ordered.map(([name]) => name.split('#').join(' ')).join('\n').length;
}
