/*
 * A strict reader of the two text formats of Prometheus: version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/)
 * and OpenMetrics 1.0.0 (https://github.com/prometheus/OpenMetrics). It refuses what a server should not write even
 * where readers forgive it: families in pieces, without HELP or TYPE, histograms that do not add up.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

type Format = 'text' | 'openmetrics';

const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
// As Go's ParseFloat has it, which is what both formats say.
const number = String.raw`(?:[Nn][Aa][Nn]|[+-]?Inf|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)`;
const sampleForm = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(${label}(?:,${label})*)\\})? (${number})$`);
const labelForm = new RegExp(label, 'g');
const metadataForm = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const escapeForm = /\\(?![\\n])/;

/** All families by name. Throws what is wrong with the text, and in which line. */
export function readExposition(text: string, format: Format): ReadonlyMap<string, MetricFamily> {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('the text does not end with # EOF');
  const families = new Map<string, { name: string; type: string; help: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current: { name: string; type: string; help: string; samples: Sample[] } | undefined;
  lines.forEach((line, index) => {
    const refuse = (problem: string): never => {
      throw new Error(`line ${index + 1}, ${JSON.stringify(line)}: ${problem}`);
    };
    if (line === '' && format === 'text') return;
    const [, keyword, name = '', rest = ''] = metadataForm.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) refuse('the family was there before');
      if (escapeForm.test(rest)) refuse('an escape that there is not');
      current = { name, help: rest, type: '', samples: [] };
      families.set(name, current);
    } else if (keyword === 'TYPE') {
      if (current?.name !== name || current.type !== '' || current.samples.length > 0) refuse('no TYPE is due here');
      if (!['counter', 'gauge', 'histogram'].includes(rest)) refuse('no type of ours');
      if (current) current.type = rest;
    } else {
      const sample = sampleOf(line) ?? refuse('neither a sample nor metadata');
      if (!current?.type) return refuse('a sample without HELP and TYPE before it');
      if (!namesOf(current, format).includes(sample.name)) refuse(`no sample of ${current.name}`);
      if (seen.has(keyOf(sample))) refuse('the sample was there before');
      seen.add(keyOf(sample));
      if (current.type !== 'gauge' && !(sample.value >= 0)) refuse('less than nothing');
      current.samples.push(sample);
    }
  });
  for (const family of families.values()) check(family, format);
  return families;
}

/** The value of a sample, whose labels are exactly these; undefined where there is none. */
export function valueIn(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const samples = [...families.values()].flatMap((family) => family.samples);
  return samples.find((sample) => keyOf(sample) === keyOf({ name, labels, value: 0 }))?.value;
}

/** Every series: the names of samples with their labels. */
export function seriesIn(families: ReadonlyMap<string, MetricFamily>): readonly string[] {
  return [...families.values()].flatMap(({ samples }) => samples.map(keyOf));
}

function sampleOf(line: string): Sample | null {
  const [, name, written = '', value] = sampleForm.exec(line) ?? [];
  if (name === undefined || value === undefined) return null;
  const pairs = [...written.matchAll(labelForm)].map(([pair]): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), unescaped(pair.slice(at + 2, -1))];
  });
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) return null;
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) };
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function namesOf({ name, type }: MetricFamily, format: Format): readonly string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return [type === 'counter' && format === 'openmetrics' ? `${name}_total` : name];
}

function keyOf({ name, labels }: Sample): string {
  return `${name}${JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)))}`;
}

function check(family: MetricFamily, format: Format): void {
  const { name, type } = family;
  if (type === '') throw new Error(`${name} has no TYPE`);
  const isNamedLikeCounter = name.endsWith('_total');
  const shouldBe = type === 'counter' && format === 'text';
  if (isNamedLikeCounter !== shouldBe) throw new Error(`${name} is a ${type}, which its name does not say`);
  if (type === 'histogram') checkHistogram(family);
}

/** Of each set of labels: buckets that rise to +Inf, whose count is that of all; and a sum. */
function checkHistogram({ name, samples }: MetricFamily): void {
  const groups = Map.groupBy(samples, ({ labels }) => {
    const others = Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'le'));
    return keyOf({ name, labels: others, value: 0 });
  });
  for (const [group, own] of groups) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('Inf', 'Infinity')));
    const isRising = (values: readonly number[]) => values.every((value, at) => at === 0 || value >= values[at - 1]!);
    const count = own.find((sample) => sample.name === `${name}_count`)?.value;
    const hasSum = own.some((sample) => sample.name === `${name}_sum`);
    const isWhole = bounds.at(-1) === Infinity && buckets.at(-1)?.value === count && hasSum;
    if (!isWhole || !isRising(bounds) || !isRising(buckets.map(({ value }) => value))) {
      throw new Error(`${group} does not add up`);
    }
  }
}
