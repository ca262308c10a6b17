import { randomBytes } from 'node:crypto';
import { defaultLimits, type Sandbox, type SandboxLimits, type SandboxResult } from './sandbox.ts';
import { safePath } from './safe-path.ts';
import { type TestLanguage, testLanguages } from './test-languages.ts';
import { type FileReport, readReport } from './read-report.ts';
import type { TestReport } from './test-report.ts';
import { TestFileMissingError, UnknownLanguageError } from './workspace.errors.ts';

export interface TestRequest {
  readonly language: string;
  /** Everything the tests may need, the test files themselves included. The roles `test` and `fixture` are the tests' own. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly role?: string }[];
  /** Paths out of `files` that are run, whatever they are called. */
  readonly testFiles: readonly string[];
  /** The longest run of one test file; when one takes longer, the others are ended too. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onOutput?: (chunk: string) => void;
}

export interface TestRunnerOptions {
  readonly languages?: readonly TestLanguage[];
  readonly limits?: Partial<SandboxLimits>;
}

interface FileRun {
  readonly result: SandboxResult;
  readonly report: FileReport;
}

const isOfTheTests = (role: string | undefined) => role === 'test' || role === 'fixture';

const SMALLEST_OUTPUT_BYTES = 65_536;

/** Runs test files, each in a sandbox of its own on a fresh copy of all files, so that no test sees what another left. */
export class TestRunner {
  /** The names of the languages whose tests can be run. */
  readonly languages: readonly string[];
  private readonly byName: ReadonlyMap<string, TestLanguage>;
  private readonly limits: SandboxLimits;

  constructor(
    private readonly sandbox: Sandbox,
    { languages = testLanguages, limits }: TestRunnerOptions = {},
  ) {
    this.byName = new Map(languages.map((language) => [language.name, language]));
    this.languages = languages.map((language) => language.name);
    this.limits = { ...defaultLimits, ...limits };
  }

  /**
   * Resolves with what the tests say, also where they fail, hang or do not load. Rejects where nothing could be run:
   * UnknownLanguageError, TestFileMissingError, UnsafePathError, and whatever the sandbox rejects with.
   */
  async run(request: TestRequest): Promise<TestReport> {
    const language = this.byName.get(request.language);
    if (!language) throw new UnknownLanguageError(request.language, this.languages);
    const testFiles = [...new Set(request.testFiles.map(safePath))];
    const files = request.files
      .map(({ path, ...rest }) => ({ path: safePath(path), ...rest }))
      .filter(({ path, role }) => !language.isConfiguration?.(path) || isOfTheTests(role) || testFiles.includes(path))
      .map(({ path, content }) => ({ path, content }));
    for (const path of testFiles) if (!files.some((file) => file.path === path)) throw new TestFileMissingError(path);
    const startedAt = performance.now();
    const run = testFiles.filter((path) => !language.isSupport?.(path));
    const runs = await this.runAll(language, run, { ...request, files });
    return this.summarise(runs, performance.now() - startedAt);
  }

  private async runAll(
    language: TestLanguage,
    testFiles: readonly string[],
    request: TestRequest,
  ): Promise<readonly FileRun[]> {
    const tools = await language.tools();
    const overdue = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, overdue.signal]) : overdue.signal;
    const limits: SandboxLimits = {
      ...this.limits,
      wallMs: request.timeoutMs,
      outputBytes: Math.max(SMALLEST_OUTPUT_BYTES, Math.floor(this.limits.outputBytes / (testFiles.length || 1))),
    };
    const runs = testFiles.map(async (file): Promise<FileRun | null> => {
      const secret = randomBytes(24).toString('base64url');
      const { files, onOutput } = request;
      const command = language.command(file);
      try {
        const result = await this.sandbox.run({ files, tools, command, input: secret, limits, signal, onOutput });
        if (result.ended === 'timeout') overdue.abort(new Error(`${file} ran too long`));
        return { result, report: readReport(file, secret, result, limits) };
      } catch (error) {
        // Those whose turn had not come when another ran too long are left out; that one is the problem.
        if (overdue.signal.aborted && !request.signal?.aborted) return null;
        overdue.abort(error);
        throw error;
      }
    });
    const settled = await Promise.allSettled(runs);
    return settled.flatMap((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value ? [outcome.value] : [];
    });
  }

  private summarise(runs: readonly FileRun[], durationMs: number): TestReport {
    const results = runs.flatMap(({ report }) => report.results);
    const problems = runs.flatMap(({ report, result }) => (report.problem ? [{ text: report.problem, result }] : []));
    // Of those that were ended, the one that ran too long is the cause; the others were ended for it.
    const cause = problems.find(({ result }) => result.ended !== 'aborted') ?? problems[0];
    const problem = runs.length === 0 ? 'no test file was given' : cause?.text;
    const worst = runs.find(({ result }) => result.exitCode !== 0)?.result;
    return {
      passed: problem === undefined && results.every((result) => result.status !== 'failed'),
      results,
      exitCode: runs.length === 0 ? null : worst ? worst.exitCode : 0,
      durationMs,
      isolation: this.sandbox.isolation,
      output: runs.map(({ result }) => [result.stdout, result.stderr].filter(Boolean).join('\n')).join('\n'),
      outputBytesCut: runs.reduce((sum, { result }) => sum + result.outputBytesCut, 0),
      ...(problem === undefined ? {} : { problem }),
    };
  }
}
