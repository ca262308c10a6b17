export { catalogue, type MetricDefinition, type MetricName } from './catalogue.ts';
export { configureMetrics } from './metrics.adapter.ts';
export { MetricsModule } from './metrics.module.ts';
export { processMetrics } from './process-metrics.ts';
export type { DoorCounts } from './reading-sources.ts';
