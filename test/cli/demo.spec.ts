import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CliProcess, type CliResult, jsonLines, taskloom } from '../support/cli-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

interface Result {
  readonly type: 'result';
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly testsPassed: number;
  readonly failedRuns: number;
  readonly isolation: string;
  readonly time: { readonly totalMs: number; readonly orchestrationMs: number };
  readonly workspace: string;
}

const recording = new URL('../../examples/text-statistics/recording.jsonl', import.meta.url);

function mustFit({ exitCode, out, err }: CliResult): void {
  if (exitCode === 0) return;
  const hint = `${out}${err}`.includes('LLM_RECORDING_MISS')
    ? 'The prompts have changed and the recording no longer fits: run `npm run record-demo` and commit what it writes.\n'
    : '';
  throw new Error(`${hint}The demo ended with ${exitCode}:\n${out}\n${err}`);
}

/** As /tmp is: the user that runs tests can pass through. */
function passableDirectory(): ReturnType<typeof temporaryDirectory> {
  const directory = temporaryDirectory();
  chmodSync(directory.path, 0o755);
  return directory;
}

describe('taskloom demo', () => {
  const directory = passableDirectory();
  let told: CliResult;
  let asJson: CliResult;
  let tookMs = 0;

  beforeAll(async () => {
    const startedAt = performance.now();
    told = await taskloom(['demo'], { env: { TMPDIR: directory.path } });
    tookMs = performance.now() - startedAt;
    asJson = await taskloom(['demo', '--json'], { env: { TMPDIR: directory.path, SANDBOX: 'landlock' } });
  }, 120_000);
  afterAll(() => directory[Symbol.dispose]());

  it('completes the sample from recorded words, and says so first [LM-5, CLI-1, PL-2]', () => {
    mustFit(told);
    const [first] = told.out.split('\n');
    expect(first).toContain('replayed from a recording');
    expect(told.out).toMatch(/plan: 4 modules in javascript/);
    expect(told.out).toMatch(/src\/words\.js: 5 of 6 tests failed/);
    expect(told.out).toMatch(/src\/words\.js: correction 2/);
    expect(told.out).toMatch(/whole suite: 18 tests passed/);
    expect(told.out).toMatch(/completed: 4 modules, 18 tests passed, 3 corrections/);
    expect(tookMs).toBeLessThan(60_000);
  });

  it('runs real tests in a sandbox, on every tier alike, and orchestrates in less than 2 s [LM-5]', async () => {
    mustFit(asJson);
    const result = jsonLines<Result>(asJson.out).at(-1);
    expect(result).toMatchObject({ type: 'result', testsPassed: 18, failedRuns: 3, isolation: 'landlock' });
    const times = [result?.time.orchestrationMs ?? Infinity];
    // Other tests may take the machine away for a while, but not each time.
    while (Math.min(...times) >= 2000 && times.length < 3) {
      const { out } = await taskloom(['demo', '--json'], { env: { TMPDIR: directory.path } });
      times.push(jsonLines<Result>(out).at(-1)?.time.orchestrationMs ?? Infinity);
    }
    expect(Math.min(...times)).toBeLessThan(2000);
  }, 60_000);

  it('leaves the files it lists where it says', () => {
    const result = jsonLines<Result>(asJson.out).at(-1);
    expect(result?.files).toHaveLength(8);
    for (const { path, size } of result?.files ?? []) {
      expect(readFileSync(join(result?.workspace ?? '', path))).toHaveLength(size);
    }
  });

  it('says in the task itself that the words are replayed [LM-5]', () => {
    const started = jsonLines<{ type: string; data: { brain?: string } }>(asJson.out).find(
      ({ type }) => type === 'TASK_STARTED',
    );
    expect(started?.data.brain).toContain('replay');
  });

  it('takes everything away when it is left with Ctrl-C', async () => {
    using empty = passableDirectory();
    await using demo = new CliProcess(['demo'], { env: { TMPDIR: empty.path } });
    await demo.printed(/plan: 4 modules/);
    demo.kill('SIGINT');
    expect((await demo.ended).exitCode).toBe(130);
    expect(readdirSync(empty.path)).toEqual([]);
  });
});

describe('the recording of the sample', () => {
  it('holds nothing that differs between machines [LM-5]', () => {
    expect(existsSync(recording)).toBe(true);
    const prompts = jsonLines<{ messages: { content: string }[] }>(readFileSync(recording, 'utf8')).flatMap(
      ({ messages }) => messages.map(({ content }) => content),
    );
    expect(prompts.length).toBeGreaterThan(10);
    for (const prompt of prompts) {
      expect(prompt).not.toMatch(/(?<![\w.])\/(tmp|work|home|root|usr|src)\//);
      expect(prompt).not.toMatch(/duration_ms|\d+(\.\d+)? ?ms\b|file:\/\/|bwrap|landlock/);
    }
  });
});
