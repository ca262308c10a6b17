import { describe, expect, it } from '@jest/globals';
import { readExposition, valueIn } from './exposition.ts';

const head = '# HELP a_total A.\n# TYPE a_total counter\n';
const histogram = (buckets: string) => `# HELP h H.\n# TYPE h histogram\n${buckets}h_sum 3\nh_count 2\n`;

describe('the reader of metrics', () => {
  it('reads names, labels with their escapes, and values', () => {
    const families = readExposition(`${head}a_total{x="1",y="\\"q\\" \\\\ \\n"} 1.5e3\na_total 0\n`, 'text');
    expect(valueIn(families, 'a_total', { x: '1', y: '"q" \\ \n' })).toBe(1500);
    expect(valueIn(families, 'a_total')).toBe(0);
    expect(valueIn(readExposition('# HELP a A.\n# TYPE a counter\na_total 1\n# EOF\n', 'openmetrics'), 'a_total')).toBe(
      1,
    );
    readExposition(histogram('h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\n'), 'text');
  });

  it.each([
    ['a line that does not end', `${head}a_total 1`],
    ['a sample without metadata', 'a_total 1\n'],
    ['a sample without TYPE', '# HELP a A.\na 1\n'],
    ['a family without TYPE', '# HELP a A.\n'],
    ['a family in two pieces', `${head}a_total 1\n# HELP b B.\n# TYPE b gauge\nb 1\n${head}a_total{x="1"} 1\n`],
    ['a sample of another family', `${head}b_total 1\n`],
    ['the same sample twice', `${head}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
    ['the same label twice', `${head}a_total{x="1",x="2"} 1\n`],
    ['a quote that is not escaped', `${head}a_total{x="""} 1\n`],
    ['an unknown escape', `${head}a_total{x="\\t"} 1\n`],
    ['a label without quotes', `${head}a_total{x=1} 1\n`],
    ['a name with a hyphen', `${head}a-total 1\n`],
    ['a value that is no number', `${head}a_total one\n`],
    ['a counter below zero', `${head}a_total -1\n`],
    ['a counter that is not named so', '# HELP a A.\n# TYPE a counter\na 1\n'],
    ['a gauge that is named like a counter', '# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n'],
    ['a histogram without +Inf', histogram('h_bucket{le="1"} 2\n')],
    ['a histogram that falls', histogram('h_bucket{le="1"} 3\nh_bucket{le="+Inf"} 2\n')],
    ['a histogram whose bounds fall', histogram('h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\n')],
    ['a histogram whose count is another', histogram('h_bucket{le="+Inf"} 3\n')],
  ])('refuses %s', (_what, text) => {
    expect(() => readExposition(text, 'text')).toThrow();
  });

  it('refuses OpenMetrics without an end, with blank lines, or with counters named as in text', () => {
    const whole = '# HELP a A.\n# TYPE a counter\na_total 1\n# EOF\n';
    readExposition(whole, 'openmetrics');
    for (const text of [whole.replace('# EOF\n', ''), whole.replace('# EOF', '\n# EOF'), `${head}a_total 1\n# EOF\n`]) {
      expect(() => readExposition(text, 'openmetrics')).toThrow();
    }
  });
});
