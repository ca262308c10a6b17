import type { LiveMessage } from './live-message.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';
import { type TimeSpent, timeSpent } from './time-spent.ts';
import { counted, duration, size } from './words.ts';

/** What a demo came to, as `--json` prints it. */
export interface DemoResult {
  readonly taskId: string;
  readonly files: readonly { readonly path: string; readonly size: number; readonly role: string }[];
  /** Of the whole suite at the end. */
  readonly testsPassed: number;
  /** Runs on the way whose tests failed: each led to a correction. */
  readonly failedRuns: number;
  readonly isolation: string;
  readonly time: TimeSpent;
  /** Directory with the files. */
  readonly workspace: string;
  /** Directory of the event log: a server started on it shows the task. */
  readonly dataDir: string;
}

/** Reads the result out of the task's messages. */
export function demoResult(
  messages: readonly LiveMessage[],
  files: DemoResult['files'],
  places: Pick<DemoResult, 'workspace' | 'dataDir'>,
): DemoResult {
  const suite = messages.findLast((message) => message.type === 'TEST_PASSED' && message.data.module === null);
  const passed = suite?.type === 'TEST_PASSED' ? suite.data : null;
  return {
    taskId: messages[0]?.taskId ?? '',
    files,
    testsPassed: passed?.passed ?? 0,
    failedRuns: messages.filter(({ type }) => type === 'TEST_FAILED').length,
    isolation: passed?.isolation ?? 'none',
    time: timeSpent(messages),
    ...places,
  };
}

export function demoReport(result: DemoResult): readonly string[] {
  const { totalMs, testsMs, modelsMs, orchestrationMs } = result.time;
  return [
    '',
    ...table(
      ['file', 'role', 'size'],
      result.files.map((file) => [file.path, file.role, size(file.size)]),
    ),
    '',
    `${counted(result.testsPassed, 'test')} passed in the end; ${counted(result.failedRuns, 'test run')} failed on the way and led to a correction.`,
    `Isolation of the tests: ${result.isolation}.`,
    `${duration(totalMs)} in all: tests ${duration(testsMs)}, replayed answers ${duration(modelsMs)}, orchestration ${duration(orchestrationMs)}.`,
    `The files: ${printable(result.workspace, 4096)}`,
    `The whole history: DATA_DIR=${printable(result.dataDir, 4096)} npm start`,
  ];
}
