import { Counter, Gauge, Histogram, type Metric } from 'prom-client';
import {
  catalogue,
  type CounterName,
  type HistogramName,
  type LabelsOf,
  type LabelValues,
  type MetricDefinition,
  type MetricName,
  type Reading,
} from './catalogue.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * The metrics of the catalogue with their values, which begin at 0 with the process. What has only labels with listed
 * values is there from the beginning, so that the first one counts as a rise.
 */
export class Instruments {
  private readonly counters = new Map<MetricName, Counter>();
  private readonly gauges = new Map<MetricName, Gauge>();
  private readonly histograms = new Map<MetricName, Histogram>();

  constructor() {
    for (const [name, definition] of Object.entries(catalogue)) this.make(name as MetricName, definition);
  }

  get all(): readonly Metric[] {
    return [...this.counters.values(), ...this.histograms.values(), ...this.gauges.values()];
  }

  /** Passes over what is no amount: a log may hold anything. */
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    if (Number.isFinite(by) && by >= 0) this.counters.get(name)?.inc(labels, by);
  }

  /** Passes over what is no duration. */
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, seconds: number): void {
    if (Number.isFinite(seconds) && seconds >= 0) this.histograms.get(name)?.observe(labels, seconds);
  }

  /** From now on the gauges are these; those that are not named are left out. */
  show(readings: readonly Reading[]): void {
    for (const [name, gauge] of this.gauges) {
      gauge.reset();
      // Without labels it would be 0.
      if (Object.keys(catalogue[name].labels).length === 0) gauge.remove();
    }
    for (const { name, labels, value } of readings) this.gauges.get(name)?.set(labels, value);
  }

  private make(name: MetricName, definition: MetricDefinition): void {
    const labelNames = Object.keys(definition.labels);
    const options = { name, help: `${definition.help}.`, labelNames, registers: [] };
    const beginnings = combinations(definition.labels);
    if (definition.type === 'gauge') this.gauges.set(name, new Gauge(options));
    else if (definition.type === 'counter') {
      const counter = new Counter(options);
      for (const labels of beginnings) counter.inc(labels, 0);
      this.counters.set(name, counter);
    } else {
      const histogram = new Histogram({ ...options, buckets: [...definition.buckets] });
      for (const labels of beginnings) histogram.zero(labels);
      this.histograms.set(name, histogram);
    }
  }
}

/** Every way to choose values for the labels; none where one of them has values that are not listed. */
function combinations(labels: Readonly<Record<string, LabelValues>>): readonly Labels[] {
  return Object.entries(labels).reduce<readonly Labels[]>(
    (chosen, [label, values]) =>
      typeof values === 'string'
        ? []
        : chosen.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value }))),
    [{}],
  );
}
