import { Counter, type Metric, type OpenMetricsContentType, Registry } from 'prom-client';

/** The two text formats of Prometheus: its own, version 0.0.4, and OpenMetrics 1.0.0. */
export type Format = 'text' | 'openmetrics';

/** The types as they stand in Accept. */
const mediaTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain',
  openmetrics: 'application/openmetrics-text',
};

/** The format that an Accept header would rather have; without one, or where it takes both alike, the text. */
export function formatFor(accept: string | undefined): Format {
  const wish = (format: Format) => qualityOf(accept ?? '', mediaTypes[format]);
  return wish('openmetrics') > wish('text') ? 'openmetrics' : 'text';
}

/** The same metrics in both formats. A registry of prom-client has one only, and renames its counters for OpenMetrics. */
export class Exposition {
  private readonly registries = { text: new Registry(), openmetrics: new Registry<OpenMetricsContentType>() };

  constructor(metrics: readonly Metric[]) {
    this.registries.openmetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const metric of metrics) {
      this.registries.text.registerMetric(metric);
      this.registries.openmetrics.registerMetric(metric instanceof Counter ? viewOf(metric) : metric);
    }
  }

  contentType(format: Format): string {
    return this.registries[format].contentType;
  }

  /** Everything as it is now. */
  write(format: Format): Promise<string> {
    return this.registries[format].metrics();
  }
}

/** Has the counts of the counter; a name that is given to it stays its own. */
function viewOf(counter: Counter): Counter {
  return Object.create(counter) as Counter;
}

/** 0 to 1: by the most exact of the ranges that fit, and of those by the one that is wished for most. */
function qualityOf(accept: string, mediaType: string): number {
  const ranges = [mediaType, `${mediaType.split('/', 1)[0]}/*`, '*/*'];
  const asked = accept.split(',').map((part) => part.split(';').map((each) => each.trim().toLowerCase()));
  for (const range of ranges) {
    const fitting = asked.filter(([type]) => type === range);
    if (fitting.length > 0) return Math.max(...fitting.map(([, ...parameters]) => weightOf(parameters)));
  }
  return 0;
}

function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  if (given === undefined) return 1;
  const weight = Number(given.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
