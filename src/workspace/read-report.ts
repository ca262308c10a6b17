import { z } from 'zod';
import type { RunEnd, SandboxLimits, SandboxResult } from './sandbox.ts';
import type { TestCaseResult } from './test-report.ts';

const MAX_MESSAGE = 4000;

const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('test'),
    name: z.string(),
    status: z.enum(['passed', 'failed', 'skipped']),
    durationMs: z.number().nonnegative(),
    message: z.string().optional(),
  }),
  z.object({ kind: z.literal('end'), tests: z.number().int(), missing: z.array(z.string()) }),
]);

type Line = z.infer<typeof lineSchema>;

/** What one test file's run says. Without a problem every result counts; with one the run is no pass. */
export interface FileReport {
  readonly results: readonly TestCaseResult[];
  readonly problem?: string;
}

/**
 * Reads the report of one test file's run. Lines without the secret are nobody's report. The run is only without a
 * problem when it went to its end, exit 0, with a test that passed, none missing and none lost.
 */
export function readReport(file: string, secret: string, run: SandboxResult, limits: SandboxLimits): FileReport {
  const lines = run.report.split('\n').flatMap((text) => parse(text, secret));
  const results = lines.flatMap((line): TestCaseResult[] => {
    if (line.kind !== 'test') return [];
    const { name, status, durationMs, message } = line;
    return [{ name, file, status, durationMs, ...(message === undefined ? {} : { message: cut(message) }) }];
  });
  const end = lines.findLast((line) => line.kind === 'end');
  if (run.ended !== null) return { results, problem: `${file} ${endings[run.ended](limits)}` };
  if (!end && run.exitCode !== 0) return loadFailure(file, results, run);
  const problem = end ? doubtOf(file, results, end, run.exitCode) : `${file} ended before its tests were done: ${EXIT}`;
  return problem === null ? { results } : { results, problem };
}

const EXIT = 'code that it runs ended the process by itself';

const endings: Readonly<Record<RunEnd, (limits: SandboxLimits) => string>> = {
  timeout: ({ wallMs }) => `ran longer than ${wallMs} ms and was ended: look for an endless loop or an open handle`,
  cpu: ({ cpuSeconds }) => `used more than ${cpuSeconds} s of processor time and was ended`,
  memory: ({ memoryBytes }) => `used more than ${Math.round(memoryBytes / 2 ** 20)} MiB of memory and was ended`,
  disk: ({ diskBytes }) => `wrote more than ${Math.round(diskBytes / 2 ** 20)} MiB and was ended`,
  aborted: () => 'was ended before it was done',
};

function parse(text: string, secret: string): Line[] {
  if (!text.startsWith(secret)) return [];
  try {
    return [lineSchema.parse(JSON.parse(text.slice(secret.length)))];
  } catch {
    // A line that another writer broke into: its test is missing from the count.
    return [];
  }
}

/** It ended with an error and without a report: what it printed last says why, a syntax error or a missing module. */
function loadFailure(file: string, results: readonly TestCaseResult[], run: SandboxResult): FileReport {
  const printed = run.stderr.trim() || run.stdout.trim();
  const how = run.exitCode === null ? 'was ended by a signal' : `ended with exit code ${run.exitCode}`;
  const message = printed === '' ? `${file} ${how} and printed nothing` : cut(readable(printed));
  const failure: TestCaseResult = { name: file, file, status: 'failed', durationMs: run.durationMs, message };
  return { results: [...results, failure], problem: `${file} ${how} before its tests were done` };
}

/** Paths as they are in the workspace, without Node's own frames. */
function readable(printed: string): string {
  return printed
    .replace(/^node:internal.*\n.*\n\s*\^\n/m, '')
    .split('\n')
    .filter((line) => !/^\s+at .*node:internal|^node:internal|^Node\.js v\d/.test(line))
    .join('\n')
    .replaceAll(/(file:\/\/)?(\/[^\s:()'"]*)?\/work\//g, '')
    .trim();
}

function doubtOf(
  file: string,
  results: readonly TestCaseResult[],
  end: Extract<Line, { kind: 'end' }>,
  exitCode: number | null,
): string | null {
  if (end.tests === 0) return `${file} has no test`;
  if (end.missing.length > 0) return `${file} has tests that were not run: ${end.missing.slice(0, 20).join(', ')}`;
  if (end.tests !== results.length) return `${file} ran ${end.tests} tests, but ${results.length} were reported`;
  if (results.some((result) => result.status === 'failed')) return null;
  if (exitCode !== 0) return `${file} ended with exit code ${exitCode}, though no test failed`;
  if (!results.some((result) => result.status === 'passed')) return `${file} has no test that passed: all were skipped`;
  return null;
}

function cut(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
}
