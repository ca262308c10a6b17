import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';

let collected: readonly Metric[] | undefined;

/**
 * What prom-client tells of the process: processor time, memory, delay of the event loop, garbage collection, open files.
 * One set for the whole process, however many servers run in it: what watches for garbage collections is never let go.
 */
export function processMetrics(): readonly Metric[] {
  collected ??= collect();
  return collected;
}

function collect(): readonly Metric[] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  return names.flatMap((name) => {
    const metric = registry.getSingleMetric(name);
    // Gauges that are named like counters say what the sums of others say, and are no valid OpenMetrics.
    const isMisnamed = name.endsWith('_total') && !/_(seconds|bytes)_total$/.test(name);
    return metric && !isMisnamed ? [metric] : [];
  });
}
