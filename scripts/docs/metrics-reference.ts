import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogue, type LabelValues, type MetricDefinition } from '../../src/metrics/catalogue.ts';
import { processMetrics } from '../../src/metrics/process-metrics.ts';
import { row } from './sources.ts';

const page = fileURLToPath(new URL('../../docs/metrics.md', import.meta.url));
const BEGIN = '<!-- metrics: made by `npm run docs:metrics` from src/metrics/catalogue.ts -->';
const END = '<!-- /metrics -->';

/** docs/metrics.md with the tables of all metrics made anew. */
export function metricsPage(): string {
  const written = readFileSync(page, 'utf8');
  const begin = written.indexOf(BEGIN) + BEGIN.length;
  const end = written.indexOf(END);
  if (begin < BEGIN.length || end < begin) throw new Error(`docs/metrics.md lacks ${BEGIN} … ${END}.`);
  return `${written.slice(0, begin)}\n\n${tables()}\n\n${written.slice(end)}`;
}

function tables(): string {
  const own = Object.entries(catalogue) as [string, MetricDefinition][];
  const ofProcess = processMetrics().map((metric) => ['name', 'help'].map((field) => textOf(metric, field)));
  return [
    '| metric | type | labels | what |',
    '| --- | --- | --- | --- |',
    ...own.map(([name, { type, labels, help }]) => row(`\`${name}\``, type, labelsOf(labels), help)),
    '',
    'Of the process, by prom-client:',
    '',
    '| metric | what |',
    '| --- | --- |',
    ...ofProcess.map(([name = '', help = '']) => row(`\`${name}\``, help)),
  ].join('\n');
}

function labelsOf(labels: Readonly<Record<string, LabelValues>>): string {
  return Object.entries(labels)
    .map(([label, values]) => `\`${label}\`: ${typeof values === 'string' ? values : values.join(', ')}`)
    .join('; ');
}

/** prom-client's types do not tell what its metrics are called. */
function textOf(metric: object, field: string): string {
  return String(Object.getOwnPropertyDescriptor(metric, field)?.value);
}
