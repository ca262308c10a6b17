import type { Isolation } from './sandbox.ts';

export interface TestCaseResult {
  /** With the names of the suites around it: `parser > numbers > reads a sign`, `ParserTest.test_sign`. */
  readonly name: string;
  readonly file: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly message?: string;
}

/** Read from the runner's own machine format. `passed` only with exit 0, at least one test, and no expected test missing. */
export interface TestReport {
  readonly passed: boolean;
  readonly results: readonly TestCaseResult[];
  readonly exitCode: number | null;
  readonly durationMs: number;
  readonly isolation: Isolation;
  readonly output: string;
  readonly outputBytesCut: number;
  /** Why the run failed where no single test says so: timeout, memory, syntax error, no test found, a result that does not add up. */
  readonly problem?: string;
}
