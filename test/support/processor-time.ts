/**
 * The least time that a processor spent on one of five runs, in milliseconds: what else runs on the machine does not
 * count, nor what the first runs have to load and compile. Ends early when a run is below `enoughMs`.
 */
export async function processorTime(enoughMs: number, run: () => unknown): Promise<number> {
  let least = Infinity;
  for (let attempt = 0; attempt < 5 && least >= enoughMs; attempt++) {
    least = Math.min(least, await timeOf(run));
  }
  return least;
}

/** What the yardstick takes on average on the machine that targets were set on, while it does nothing else. */
const YARDSTICK_MS = 12;
const MOST_YARDSTICKS = 50;

/**
 * The same in milliseconds of the machine that targets were set on. Right after each run a yardstick of about its length
 * tells how many times slower this machine is just now: a fixed piece of work such as contexts are made of (names in maps,
 * numbers in arrays, texts cut and joined). One of another length would find other gaps in what else the machine does.
 */
export async function referenceTime(enoughMs: number, run: () => unknown): Promise<number> {
  // What it takes once it is compiled.
  for (let warming = 0; warming < 5; warming++) yardstick();
  let least = Infinity;
  for (let attempt = 0; attempt < 5 && least >= enoughMs; attempt++) {
    const taken = await timeOf(run);
    const rounds = Math.min(MOST_YARDSTICKS, Math.ceil(taken / YARDSTICK_MS));
    const measured = await timeOf(() => {
      for (let round = 0; round < rounds; round++) yardstick();
    });
    least = Math.min(least, taken / Math.max(1, measured / rounds / YARDSTICK_MS));
  }
  return least;
}

async function timeOf(run: () => unknown): Promise<number> {
  const begun = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
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
