import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '../../kernel/json.ts';
import { chooseSandbox, type Sandbox } from '../../workspace/index.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import { CodeExecutor } from './code.executor.ts';
import { ExecutorRegistry, validateSteps } from './executor-registry.ts';

let sandbox: Sandbox;
let registry: ExecutorRegistry;

beforeAll(async () => {
  sandbox = await chooseSandbox('auto', () => undefined);
  registry = new ExecutorRegistry([new CodeExecutor(sandbox)]);
});

afterAll(() => sandbox.close());

const graph = (params: Readonly<Record<string, Json>>, timeoutMs = 30_000) =>
  TaskGraph.build([{ id: 'a', action: 'code', params, timeoutMs }]);

function run(
  params: Readonly<Record<string, Json>>,
  options: { timeoutMs?: number; signal?: AbortSignal; onOutput?: (chunk: string) => void } = {},
) {
  const { timeoutMs, signal = new AbortController().signal, onOutput } = options;
  const [step] = graph(params, timeoutMs).steps;
  if (!step) throw new Error('The step is there.');
  return registry.execute(step, { signal, ...(onOutput ? { onOutput } : {}) });
}

describe('a step that runs a program', () => {
  it('gives a JavaScript program its input and its files, and takes its output as JSON [JB-9]', async () => {
    const source = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { double } from './double.mjs';
      const { numbers } = JSON.parse(readFileSync(0, 'utf8'));
      writeFileSync('out.txt', 'done');
      console.log(JSON.stringify({ doubled: numbers.map(double) }));`;
    const files = [{ path: 'double.mjs', content: 'export const double = (x) => 2 * x;' }];
    const said: string[] = [];
    const answer = await run(
      { language: 'javascript', source, input: { numbers: [1, 2] }, files, collect: ['out.txt'] },
      { onOutput: (chunk) => said.push(chunk) },
    );
    expect(answer).toMatchObject({
      ok: true,
      result: { exitCode: 0, output: { doubled: [2, 4] }, files: { 'out.txt': 'done' } },
    });
    expect(said.join('')).toContain('doubled');
  });

  it('runs Python the same way [JB-9]', async () => {
    const source =
      'import json, sys\nfrom double import double\nprint(json.dumps([double(x) for x in json.load(sys.stdin)]))';
    const files = [{ path: 'double.py', content: 'def double(x):\n    return 2 * x\n' }];
    expect(await run({ language: 'python', source, input: [1, 2], files })).toMatchObject({
      ok: true,
      result: { output: [2, 4], stdout: '[2, 4]\n' },
    });
  });

  it('verifies how it ended, what it said and what it left [JB-9]', async () => {
    const source = 'console.log("almost"); console.error("no luck"); process.exitCode = 3;';
    expect(await run({ language: 'javascript', source })).toMatchObject({
      ok: false,
      error: {
        code: 'JOBS_VERIFICATION_FAILED',
        message: expect.stringMatching(/ended with 3 instead of 0\. no luck$/),
      },
    });
    const verify = { exitCode: 3, outputIncludes: 'almost' };
    expect(await run({ language: 'javascript', source, verify })).toMatchObject({ ok: true, result: { output: null } });
    expect(await run({ language: 'javascript', source, verify: { ...verify, outputIncludes: 'done' } })).toMatchObject({
      error: { message: expect.stringContaining('its output does not hold "done"') },
    });
    expect(await run({ language: 'javascript', source, verify, collect: ['x.txt'] })).toMatchObject({
      error: { message: expect.stringContaining('it left no file x.txt') },
    });
  });

  it('is ended at its time, at its limits, and when it is stopped [JB-9]', async () => {
    const forever = 'process.stdout.write("on"); setInterval(() => {}, 1000);';
    expect(await run({ language: 'javascript', source: forever }, { timeoutMs: 1000 })).toMatchObject({
      ok: false,
      error: { code: 'JOBS_STEP_TIMEOUT' },
    });
    const hungry = 'x = []\nwhile True:\n    x.append(bytearray(10_000_000))';
    expect(await run({ language: 'python', source: hungry, memoryMb: 64 })).toMatchObject({
      ok: false,
      error: { code: expect.stringMatching(/^JOBS_(CODE_ENDED|VERIFICATION_FAILED)$/) },
    });
    const controller = new AbortController();
    const stopped = run(
      { language: 'javascript', source: forever },
      { signal: controller.signal, onOutput: () => controller.abort(new Error('cancelled')) },
    );
    await expect(stopped).rejects.toThrow('cancelled');
  });

  it.each([
    [
      { language: 'ruby', source: 'x' },
      'steps[0].params.language: "ruby" does not fit: give one of javascript, python',
    ],
    [{ language: 'python' }, 'steps[0].params.source: is missing'],
    [{ language: 'python', source: 'x', files: [{ path: '../x', content: '' }] }, 'steps[0].params.files[0]'],
    [{ language: 'python', source: 'x', collect: ['/etc/passwd'] }, 'steps[0].params.collect[0]'],
    [
      { language: 'python', source: 'x', memoryMb: 1e6 },
      'steps[0].params.memoryMb: 1000000 does not fit: give at most 4096',
    ],
  ])('is refused with its job where it is wrong: %j [JB-9]', (params, problem) => {
    expect(() => validateSteps(graph(params), registry)).toThrow(problem);
  });

  it('never has results of others in its program, only in its input [JB-9]', () => {
    const steps = (params: Readonly<Record<string, Json>>) =>
      TaskGraph.build([
        { id: 'a', action: 'code', params: { language: 'python', source: 'print(1)' } },
        { id: 'b', action: 'code', params: { language: 'python', ...params }, dependsOn: ['a'] },
      ]);
    expect(() => validateSteps(steps({ source: 'print({{steps.a.result.output}})' }), registry)).toThrow(
      'steps[1].params.source: is run as it stands and may hold no results of others: give them in params.input',
    );
    expect(() => validateSteps(steps({ source: 'x', input: '{{steps.a.result.output}}' }), registry)).not.toThrow();
  });
});
