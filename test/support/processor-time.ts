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
