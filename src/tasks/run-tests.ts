import type { EventDraft, TestOutcome } from '../events/index.ts';
import type { Commit, Step } from '../orchestrator/index.ts';
import type { TestReport, TestRunner } from '../workspace/index.ts';
import type { CodingState } from './coding-state.ts';

const OUTPUT_INTERVAL_MS = 250;
const MAX_STREAMED_CHARACTERS = 65_536;
const MAX_KEPT_CHARACTERS = 16_384;

/**
 * Runs the tests of a module, or of the whole suite (null), and answers the facts that come of it. What the run prints
 * is recorded while it comes, gathered into a few events, so that whoever watches sees it.
 */
export async function runTests(
  module: string | null,
  testFiles: readonly string[],
  step: Step<CodingState>,
  options: { readonly runner: TestRunner; readonly timeoutMs: number },
): Promise<Commit<CodingState>> {
  const outputEvent = (text: string): EventDraft => ({ eventType: 'TEST_OUTPUT', data: { module, text } });
  const output = new StreamedOutput((text) => step.record(() => [outputEvent(text)]));
  try {
    const [report] = await Promise.all([
      options.runner.run({
        language: step.state.plan?.language ?? step.state.created?.language ?? '',
        files: [...step.state.files.values()],
        testFiles,
        timeoutMs: options.timeoutMs,
        signal: step.signal,
        onOutput: (chunk) => output.add(chunk),
      }),
      step.record(() => [{ eventType: 'TEST_STARTED', data: { module, files: testFiles } }]),
    ]);
    const rest = await output.end();
    const printed: readonly EventDraft[] = rest === '' ? [] : [outputEvent(rest)];
    return (state) => [
      ...printed,
      ...(isSameCode(step.state, state, module) ? outcomeEvents(state, report, module) : []),
    ];
  } finally {
    output.stop();
  }
}

/** Whether what was tested is what is there now: other code came by hand, or by another plan. */
function isSameCode(tested: CodingState, now: CodingState, module: string | null): boolean {
  if (module === null) return tested.codeVersion === now.codeVersion && tested.plan === now.plan;
  const { phase, codeHash } = now.modules.get(module) ?? {};
  return phase === 'verify' && codeHash === tested.modules.get(module)?.codeHash;
}

function outcomeEvents(state: CodingState, report: TestReport, module: string | null): readonly EventDraft[] {
  const outcome: TestOutcome = {
    module,
    passed: report.results.filter((result) => result.status === 'passed').length,
    failed: report.results.filter((result) => result.status === 'failed').length,
    results: report.results,
    durationMs: Math.round(report.durationMs),
    isolation: report.isolation,
    exitCode: report.exitCode,
    output: report.output.slice(-MAX_KEPT_CHARACTERS),
    outputBytesCut: report.outputBytesCut + Math.max(0, report.output.length - MAX_KEPT_CHARACTERS),
    ...(report.problem === undefined ? {} : { problem: report.problem }),
    ...(state.plan ? {} : { trial: true as const }),
  };
  if (!report.passed) return [{ eventType: 'TEST_FAILED', data: outcome }];
  const iterations = state.modules.get(module ?? '')?.iteration ?? 0;
  return [
    { eventType: 'TEST_PASSED', data: outcome },
    ...(module === null ? [] : [{ eventType: 'MODULE_COMPLETE' as const, data: { module, iterations } }]),
  ];
}

/** Gathers what a run prints and hands it on a few times a second, up to a limit. */
class StreamedOutput {
  private pending = '';
  private room = MAX_STREAMED_CHARACTERS;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<unknown> = Promise.resolve();

  constructor(private readonly send: (text: string) => Promise<void>) {}

  add(chunk: string): void {
    const kept = chunk.slice(0, this.room);
    this.room -= kept.length;
    this.pending += kept;
    if (this.pending !== '') this.timer ??= setTimeout(() => this.flush(), OUTPUT_INTERVAL_MS);
  }

  /** Resolves with what was not handed on yet, once all before it is recorded. */
  async end(): Promise<string> {
    this.stop();
    await this.sending;
    const rest = this.pending;
    this.pending = '';
    return rest;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private flush(): void {
    this.timer = undefined;
    const text = this.pending;
    this.pending = '';
    if (text === '') return;
    // A record that fails is no reason to end the run here: the result's own commit meets the same failure.
    this.sending = this.sending.then(() => this.send(text)).catch(() => undefined);
  }
}
