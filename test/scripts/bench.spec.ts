import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const benches = readdirSync(join(root, 'bench')).filter((name) => name.endsWith('.bench.mjs'));
const ENOUGH_MS = 60_000;

interface Ended {
  readonly code: number | null;
  readonly printed: string;
}

function run(parameters: readonly string[], changes: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(process.execPath, parameters, { cwd: root, env: { ...process.env, ...changes } });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, printed })));
}

/** Runs a comparison of arms that are given as source code. */
async function compared(arms: string, targets: string, changes: NodeJS.ProcessEnv = {}): Promise<Ended> {
  using directory = temporaryDirectory();
  const harness = pathToFileURL(join(root, 'bench/support/arms.mjs')).href;
  const file = join(directory.path, 'sample.bench.mjs');
  writeFileSync(
    file,
    `import { compare, skip } from ${JSON.stringify(harness)};
     await compare({ file: import.meta.url, title: 'Sample', unit: 'ms', arms: ${arms}, targets: ${targets} });`,
  );
  return await run([file], { BENCH_ROUNDS: '3', ...changes });
}

describe('the benchmarks', () => {
  it.each(benches)(
    'still run: %s',
    async (name) => {
      const { code, printed } = await run(['bench/run.mjs', name], { BENCH_QUICK: '1' });
      expect({ code, printed }).toEqual({ code: 0, printed: expect.not.stringMatching(/FAILED|NaN|undefined/) });
      expect(printed).toMatch(/ \d[\d.,]* – \d|skipped: no PostgreSQL/);
    },
    ENOUGH_MS,
  );

  it('have a place for their figures in docs/performance.md', () => {
    const page = readFileSync(join(root, 'docs/performance.md'), 'utf8');
    const places = [...page.matchAll(/^<!-- bench:([\w-]+) -->[^]*?^<!-- \/bench:\1 -->$/gm)].map(([, name]) => name);
    expect(places.toSorted()).toEqual(benches.map((name) => name.replace('.bench.mjs', '')).toSorted());
  });

  it('end well when every target holds, and with 1 when one is missed', async () => {
    const arms = '{ slow: () => 20, fast: () => 10 }';
    const holds = await compared(
      arms,
      '{ fast: [{ of: "slow", atMost: 0.5 }, { of: "slow", timesFaster: 2 }, { atMost: 10 }] }',
    );
    expect(holds).toMatchObject({ code: 0, printed: expect.stringMatching(/0\.50 x slow +≤ 0\.5 x +holds/) });
    expect(holds.printed).toMatch(/2\.00 x as fast as slow +≥ 2 x +holds/);
    expect(holds.printed).not.toContain('MISSED');

    const missed = await compared(arms, '{ slow: { of: "fast", atMost: 1.9 } }');
    expect(missed).toMatchObject({ code: 1, printed: expect.stringMatching(/2\.00 x fast +≤ 1\.9 x +MISSED/) });
  });

  it('compare with the best of several, and go on where an arm cannot run', async () => {
    const arms =
      '{ one: () => 10, two: () => 40, third: () => skip("none here"), fourth: () => ({ value: 40, memory: 7 }) }';
    const { code, printed } = await compared(
      arms,
      '{ fourth: { of: ["one", "two", "third"], atLeast: 2 }, "fourth: memory": { atMost: 7 } }',
    );
    expect({ code, printed }).toEqual({ code: 1, printed: expect.stringMatching(/1\.00 x two +≥ 2 x +MISSED/) });
    expect(printed).toContain('skipped: none here');
    expect(printed).toMatch(/fourth: memory +7 ms +7 – 7 +≤ 7 ms +holds/);

    const alone = await compared(
      '{ one: () => 10, third: () => skip("none here") }',
      '{ one: { of: "third", atLeast: 2 } }',
    );
    expect(alone).toMatchObject({ code: 0, printed: expect.stringMatching(/against third +≥ 2 x +skipped/) });
  });

  it.each([
    ['throws', '{ one: () => { throw new Error("broken"); } }', 'broken'],
    ['measures no number', '{ one: () => ({ value: 1, p99: NaN }) }', 'no number: p99 NaN'],
    ['ends without an answer', '{ one: () => process.exit(7) }', 'ended with 7'],
  ])('fail with an arm that %s', async (_what, arms, message) => {
    const { code, printed } = await compared(arms, '{}');
    expect({ code, printed }).toEqual({ code: 1, printed: expect.stringContaining('FAILED') });
    expect(printed).toContain(message);
  });

  it('refuse a target for a row that there is not, and a benchmark that there is not', async () => {
    expect(await compared('{ one: () => 1 }', '{ onne: { atMost: 2 } }')).toMatchObject({
      code: 1,
      printed: expect.stringContaining('rows that it does not have: onne'),
    });
    expect(await run(['bench/run.mjs', 'nothing-like-it'], {})).toEqual({
      code: 1,
      printed: expect.stringContaining('No benchmark is called nothing-like-it'),
    });
  });
});
