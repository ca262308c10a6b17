import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { z } from 'zod';
import { settings } from '../../src/kernel/settings.ts';
import { eventGroupOf } from '../../src/metrics/event-group.ts';
import { catalogue } from '../../src/metrics/index.ts';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');
const page = read('metrics.md');
const events = read('events.md');
const block = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

/** What of Prometheus' configuration the page uses (https://prometheus.io/docs/prometheus/latest/configuration/configuration/). */
const configuration = z.strictObject({
  scrape_configs: z
    .array(
      z.strictObject({
        job_name: z.string(),
        scrape_interval: z.string().regex(/^\d+(ms|s|m)$/),
        metrics_path: z.string().optional(),
        authorization: z.strictObject({ credentials_file: z.string() }),
        static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })),
      }),
    )
    .length(1),
});

describe('docs/metrics.md', () => {
  it('shows a configuration that Prometheus can read, for the address that the server has by default [PL-10, PL-6]', () => {
    const { scrape_configs: jobs } = configuration.parse(load(block('yaml')));
    const { HOST, PORT } = settings;
    expect(jobs[0]?.static_configs[0]?.targets).toEqual([`${HOST.parse(undefined)}:${PORT.parse(undefined)}`]);
  });

  it('asks only for metrics and labels that there are [PL-10, PL-6]', () => {
    const queries = block('promql').replaceAll(/#.*/g, '');
    const names = [...queries.matchAll(/\b[a-z]+(?:_[a-z]+)+\b(?!\()/g)].map(([name]) =>
      name.replace(/_(bucket|count|sum)$/, ''),
    );
    const outcomes = catalogue.tasks_total.labels.outcome as readonly string[];
    const asked = names.filter((name) => !outcomes.includes(name));
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.filter((name) => !(name in catalogue))).toEqual([]);
  });

  it('has a group for each type of event that there is: src/metrics/event-group.ts [PL-6]', () => {
    const types = [...events.matchAll(/^### ([A-Z_]+)$/gm)].map(([, type = '']) => type);
    expect(types.length).toBeGreaterThan(70);
    expect(types.filter((type) => eventGroupOf(type) === 'other')).toEqual([]);
  });

  it('has a row for each metric [PL-10, PL-6]', () => {
    const rows = [...page.matchAll(/^\| `([a-z_]+)` +\| (?:counter|gauge|histogram) /gm)].map(([, name]) => name);
    expect(rows).toEqual(Object.keys(catalogue));
  });
});
