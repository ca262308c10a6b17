import { describe, expect, it } from '@jest/globals';
import { readExposition, valueIn } from '../../test/support/exposition.ts';
import { catalogue } from './catalogue.ts';
import { eventGroupOf } from './event-group.ts';
import { Exposition, formatFor } from './exposition.ts';
import { Instruments } from './instruments.ts';
import { Metrics } from './metrics.ts';
import { processMetrics } from './process-metrics.ts';

describe('the formats of metrics (PL-6)', () => {
  it.each([
    [undefined, 'text'],
    ['*/*', 'text'],
    ['text/plain', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['text/plain;version=0.0.4;q=0.9, application/openmetrics-text;q=0.3', 'text'],
    ['application/openmetrics-text;q=0, */*', 'text'],
    ['application/openmetrics-text;q=nonsense', 'text'],
    ['text/html, application/json', 'text'],
  ])('are chosen by Accept: %s [PL-6]', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });

  it('are written one after the other in any order, each whole and with the same values [PL-6]', async () => {
    const instruments = new Instruments();
    const exposition = new Exposition([...instruments.all, ...processMetrics()]);
    instruments.count('tasks_total', { outcome: 'failed' }, 3);
    for (const format of ['text', 'openmetrics', 'text', 'openmetrics', 'openmetrics', 'text'] as const) {
      const families = readExposition(await exposition.write(format), format);
      expect(valueIn(families, 'tasks_total', { outcome: 'failed' })).toBe(3);
      expect(families.get(format === 'text' ? 'tasks_total' : 'tasks')).toMatchObject({ type: 'counter' });
    }
  });

  it('follow the conventions: base units, and help that says what it is [PL-6]', () => {
    for (const [name, { type, help }] of Object.entries(catalogue)) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(name).not.toMatch(/(milliseconds|_ms|_kb|_mb|minutes)(_|$)/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
      expect(help).toMatch(/^[A-Z].{10,}[^.]$/);
      expect(help).not.toMatch(/["\\\n]/);
    }
  });
});

describe('what is not there yet (PL-6)', () => {
  it('is 0 where the values of its labels are known, so that the first one counts as a rise [PL-6]', async () => {
    const families = readExposition(await new Exposition(new Instruments().all).write('text'), 'text');
    expect(valueIn(families, 'tasks_total', { outcome: 'timed_out' })).toBe(0);
    expect(valueIn(families, 'jobs_total', { outcome: 'failed' })).toBe(0);
    expect(valueIn(families, 'task_duration_seconds_count', { outcome: 'completed' })).toBe(0);
  });

  it('is left out, and counted, where a gauge cannot be read; the others are there [PL-6]', async () => {
    const reported: unknown[] = [];
    const metrics = new Metrics((error) => reported.push(error));
    let isBroken = false;
    metrics.read(
      () => {
        if (isBroken) throw new Error('broken');
        return [{ name: 'dead_letters', labels: {}, value: 2 }];
      },
      () => Promise.resolve([{ name: 'agents', labels: { state: 'live' }, value: 1 }]),
    );
    const scraped = async () => readExposition((await metrics.scrape('text')).text, 'text');
    expect(valueIn(await scraped(), 'dead_letters')).toBe(2);
    isBroken = true;
    const families = await scraped();
    expect(valueIn(families, 'dead_letters')).toBeUndefined();
    expect(valueIn(families, 'agents', { state: 'live' })).toBe(1);
    expect(valueIn(families, 'metric_read_failures_total')).toBe(1);
    expect(reported).toHaveLength(1);
  });

  it('is read once for all who ask at the same time [PL-6]', async () => {
    let reads = 0;
    const gate = Promise.withResolvers<void>();
    const metrics = new Metrics(() => undefined);
    metrics.read(async () => {
      reads += 1;
      await gate.promise;
      return [];
    });
    const scrapes = Array.from({ length: 50 }, (_, index) => metrics.scrape(index % 2 ? 'text' : 'openmetrics'));
    gate.resolve();
    await Promise.all(scrapes);
    expect(reads).toBe(1);
  });
});

describe('groups of events (PL-6)', () => {
  it('are few, whatever a type is called [PL-6]', () => {
    expect(['TASK_CREATED', 'STEP_DONE', 'TESTS_WRITTEN', 'WEBHOOK_CREATED'].map(eventGroupOf)).toEqual([
      'task',
      'job',
      'test',
      'webhook',
    ]);
    for (const type of ['', 'constructor', '__proto__', 'toString_X', 'NEW_TYPE']) {
      expect(eventGroupOf(type)).toBe('other');
    }
  });
});
