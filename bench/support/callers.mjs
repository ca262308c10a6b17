import { setTimeout as rest } from 'node:timers/promises';
import { DURATION_MS, WARM_UP_MS } from './arms.mjs';

/**
 * So many callers, each asking again as soon as it is answered, for the time an arm has; answers calls in a second, once
 * they are warmed up. A call that answers false was refused and does not count.
 */
export async function callsPerSecond(callers, call) {
  let done = 0;
  let ends = false;
  const lane = async (caller) => {
    while (!ends) if ((await call(caller)) !== false && !ends) done += 1;
  };
  // What is still under way at the end is left to itself: a peer that waits for a lock may wait for long.
  const lanes = Promise.all(Array.from({ length: callers }, (_, caller) => lane(caller)));
  await Promise.race([lanes, rest(WARM_UP_MS)]);
  const [started, before] = [performance.now(), done];
  await Promise.race([lanes, rest(DURATION_MS)]);
  ends = true;
  return ((done - before) / (performance.now() - started)) * 1000;
}

/** The same number of calls for every caller; answers microseconds for a call, as all of them together see it. */
export async function microsecondsPerCall(callers, calls, call) {
  const started = performance.now();
  const lane = async (caller) => {
    for (let index = 0; index < calls / callers; index++) await call(caller, index);
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => lane(caller)));
  return ((performance.now() - started) / calls) * 1000;
}

export function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
