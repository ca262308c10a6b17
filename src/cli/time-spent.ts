import type { LiveMessage } from './live-message.ts';

/** Where the wall time of a task went, in milliseconds. Parallel runs count once. */
export interface TimeSpent {
  /** From its creation to its end. */
  readonly totalMs: number;
  /** While at least one test run was going on. */
  readonly testsMs: number;
  /** While at least one model was answering, and no test ran. */
  readonly modelsMs: number;
  /** The rest: deciding, recording, dispatching. */
  readonly orchestrationMs: number;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Works it out from the task's messages: each run's and each answer's own duration, counted back from its end. Pure. */
export function timeSpent(messages: readonly LiveMessage[]): TimeSpent {
  const times = messages.map(({ timestamp }) => Date.parse(timestamp));
  const start = Math.min(...times);
  const end = Math.max(...times);
  if (messages.length === 0) return { totalMs: 0, testsMs: 0, modelsMs: 0, orchestrationMs: 0 };
  const until = (timestamp: string, durationMs: number): Interval => {
    const to = Date.parse(timestamp);
    return { from: Math.max(start, to - durationMs), to };
  };
  const tests: Interval[] = [];
  const models: Interval[] = [];
  for (const message of messages) {
    if (message.type === 'TEST_PASSED' || message.type === 'TEST_FAILED') {
      tests.push(until(message.timestamp, message.data.durationMs));
    } else if (message.type === 'MODEL_CALL_COMPLETED') {
      models.push(until(message.timestamp, message.data.durationMs));
    }
  }
  const testsMs = covered(tests);
  const busyMs = covered([...tests, ...models]);
  return { totalMs: end - start, testsMs, modelsMs: busyMs - testsMs, orchestrationMs: end - start - busyMs };
}

/** The length of the union. */
function covered(intervals: readonly Interval[]): number {
  let sum = 0;
  let reached = -Infinity;
  for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return sum;
}
