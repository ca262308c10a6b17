import type { TestOutcome } from '../events/index.ts';
import type { LiveMessage } from './live-message.ts';
import { firstLine, gist, printable } from './printable.ts';
import { counted, duration, lineCount } from './words.ts';

export type Tone = 'plain' | 'strong' | 'good' | 'bad' | 'dim';

/** One line of the live view, safe to print; `indented` ones explain the line before. */
export interface LiveLine {
  readonly tone: Tone;
  readonly text: string;
  readonly indented?: boolean;
}

const SHOWN_FAILURES = 5;

/** What a person is told of an event: no line for those that only a program needs. Pure. */
export function liveLines(message: LiveMessage): readonly LiveLine[] {
  switch (message.type) {
    case 'TASK_CREATED':
      return line('strong', `task ${printable(message.taskId)}: ${printable(message.data.prompt, 100)}`);
    case 'TASK_STARTED':
      return line('plain', `started; model calls are answered by ${printable(message.data.brain)}`);
    case 'PLANNING_COMPLETE':
      return planned(message);
    case 'MODULE_STARTED':
      return line('plain', `${printable(message.data.module)}: started`);
    case 'TESTS_WRITTEN':
      return message.data.files.flatMap((file) =>
        line('plain', `${printable(message.data.module)}: tests written, ${described(file)}`),
      );
    case 'CODE_GENERATED':
      return written(message, 'code generated');
    case 'CORRECTION_STARTED':
      return line('plain', `${printable(message.data.module)}: correction ${message.data.iteration}`);
    case 'CORRECTION_COMPLETED':
      return written(message, 'code corrected');
    case 'TEST_PASSED':
      return line(
        'good',
        `${subject(message.data)}: ${counted(message.data.passed, 'test')} passed ${ran(message.data)}`,
      );
    case 'TEST_FAILED':
      return message.data.trial ? redBefore(message.data) : failedTests(message.data);
    case 'MODULE_COMPLETE':
      return line(
        'good',
        `${printable(message.data.module)}: complete after ${counted(message.data.iterations, 'correction')}`,
      );
    default:
      return rarer(message);
  }
}

/** What an analysis of dead code came to. */
export function deadCode({ analyser, findings, findingsCut, problem }: DeadCodeOutcome): string {
  if (analyser === null) return `dead code was not searched for: ${printable(problem ?? 'no word why', 500)}`;
  return `dead code: ${counted(findings.length + findingsCut, 'place')} found by ${printable(analyser)}`;
}

interface DeadCodeOutcome {
  readonly analyser: string | null;
  readonly findings: readonly unknown[];
  readonly findingsCut: number;
  readonly problem?: string | null;
}

function rarer(message: LiveMessage): readonly LiveLine[] {
  switch (message.type) {
    case 'TASK_FORKED':
      return line('strong', `forked from ${printable(message.data.from)} after its event ${message.data.atSequence}`);
    case 'MODEL_CALL_REQUESTED':
      return message.data.model === null
        ? line('strong', `${asked(message)}: waits for somebody to answer it (taskloom work)`)
        : line('dim', `${asked(message)}: asking ${printable(message.data.model)}`);
    case 'MODEL_CALL_FAILED':
      return line(
        'bad',
        `the model call failed: ${printable(message.data.reason, 400)}${message.data.retryAt ? `; tried again at ${printable(message.data.retryAt)}` : ''}`,
      );
    case 'MODEL_ANSWER_REJECTED':
      return line('bad', `an answer could not be used: ${printable(message.data.issues.join('; '), 400)}`);
    case 'WORK_ITEM_CLAIMED':
      return line('dim', `${printable(message.data.by)} has claimed the question`);
    case 'WORK_ITEM_RELEASED':
      return line('dim', `${printable(message.data.by)} gave the question back`);
    case 'USER_INTERVENTION':
      return line('strong', `${printable(message.data.by)} says: ${printable(message.data.guidance)}`);
    case 'TASK_PAUSED':
      return line('strong', `paused: ${printable(message.data.reason, 400)} (taskloom resume, taskloom cancel)`);
    case 'TASK_RESUMED':
      return line('strong', `${printable(message.data.by)} lets it go on`);
    case 'TASK_COMPLETE':
      return line('good', `completed: ${printable(message.data.summary)}`);
    case 'TASK_FAILED':
      return line('bad', `failed (${printable(message.data.code)}): ${printable(message.data.reason, 1000)}`);
    case 'DEAD_CODE_ANALYSIS':
      return line('dim', deadCode(message.data));
    case 'TASK_CANCELLED':
      return line('bad', `cancelled by ${printable(message.data.by)}: ${printable(message.data.reason)}`);
    default:
      return ofPlans(message);
  }
}

function ofPlans(message: LiveMessage): readonly LiveLine[] {
  switch (message.type) {
    case 'QUESTIONS_ASKED':
      return [
        { tone: 'strong', text: 'questions that wait for answers (taskloom answer):' },
        ...message.data.questions.map((text): LiveLine => ({
          tone: 'plain',
          text: printable(text, 500),
          indented: true,
        })),
      ];
    case 'QUESTIONS_ANSWERED':
      return line('strong', `${printable(message.data.by)} has answered`);
    case 'PLAN_APPROVED':
      return line('good', `${printable(message.data.by)} approves the plan`);
    case 'PLAN_REJECTED':
      return line('bad', `${printable(message.data.by)} rejects the plan: ${printable(message.data.reason, 400)}`);
    case 'PLAN_EDITED':
      return line('strong', `${printable(message.data.by)} has edited the plan`);
    case 'BUG_REPORT_RECEIVED':
      return line('strong', `bug report: ${printable(message.data.report.description, 400)}`);
    case 'MODEL_ANSWER_STALE':
      return line('dim', `an answer came too late: ${printable(message.data.moved.join(', '), 400)} changed meanwhile`);
    default:
      return ofMessages(message);
  }
}

function ofMessages(message: LiveMessage): readonly LiveLine[] {
  switch (message.type) {
    case 'MESSAGE_SENT': {
      const { strategy, target, workerType } = message.data;
      return line(
        'plain',
        `message sent, ${printable(strategy)} to ${printable(target ?? workerType ?? 'whoever can')}`,
      );
    }
    case 'MESSAGE_ASSIGNED':
      return line('dim', `${printable(message.data.workerId)} has the message, try ${message.data.attempt}`);
    case 'MESSAGE_PROGRESS':
      return line('dim', `${printable(message.data.workerId)}: ${printable(JSON.stringify(message.data.progress))}`);
    case 'MESSAGE_ANSWERED':
      return line(
        'good',
        `${printable(message.data.workerId)} answered ${printable(JSON.stringify(message.data.result))}`,
      );
    case 'MESSAGE_FAILED': {
      const { workerId, code, reason } = message.data;
      return line(
        'bad',
        `${workerId === null ? 'no answer' : printable(workerId)} (${printable(code)}): ${printable(reason, 400)}`,
      );
    }
    case 'MESSAGE_ANSWER_REFUSED':
      return line('bad', `an answer of ${printable(message.data.workerId)} came too late and was not used`);
    default:
      return [];
  }
}

function planned({ data: { plan, source } }: LiveMessage<'PLANNING_COMPLETE'>): readonly LiveLine[] {
  const by = source === 'caller' ? ', given by the caller' : '';
  const heading = `plan: ${counted(plan.modules.length, 'module')} in ${printable(plan.language)}${by}`;
  const modules = plan.modules.map(({ path, dependsOn }): LiveLine => {
    const needs = dependsOn.length > 0 ? ` needs ${printable(dependsOn.join(', '))}` : '';
    return { tone: 'plain', text: `${printable(path)}${needs}`, indented: true };
  });
  return [{ tone: 'strong', text: heading }, ...modules];
}

function written(
  { data, version }: LiveMessage<'CODE_GENERATED' | 'CORRECTION_COMPLETED'>,
  what: string,
): readonly LiveLine[] {
  const files = data.files.map(described).join(', ');
  return line('plain', `${printable(data.module)}: ${what}, version ${version}, ${files}`);
}

function failedTests(outcome: TestOutcome): readonly LiveLine[] {
  const failed = outcome.results.filter((result) => result.status === 'failed');
  const total = outcome.passed + outcome.failed;
  const summary = total > 0 ? `${outcome.failed} of ${counted(total, 'test')} failed` : 'the tests could not run';
  const reasons = failed
    .slice(0, SHOWN_FAILURES)
    .map(({ name, message }) => `${printable(name)}${message ? `: ${gist(message)}` : ''}`);
  if (failed.length > SHOWN_FAILURES) reasons.push(`and ${failed.length - SHOWN_FAILURES} more`);
  if (outcome.problem) reasons.unshift(firstLine(outcome.problem));
  return [
    { tone: 'bad', text: `${subject(outcome)}: ${summary} ${ran(outcome)}` },
    ...reasons.map((text): LiveLine => ({ tone: 'bad', text, indented: true })),
  ];
}

/** No failure of the task: it finds tests that were red before it began, or that cannot run here. */
function redBefore(outcome: TestOutcome): readonly LiveLine[] {
  const { passed, failed } = outcome;
  const total = counted(passed + failed, 'test');
  return line(
    'plain',
    `${subject(outcome)}: ${failed} of ${total} red before any change ${ran(outcome)}; they do not count`,
  );
}

function subject({ module, trial }: TestOutcome): string {
  if (trial) return 'the project as it is';
  return module === null ? 'whole suite' : printable(module);
}

function ran({ durationMs, isolation }: TestOutcome): string {
  return `(${duration(durationMs)}, ${printable(isolation)})`;
}

function described({ path, content }: { readonly path: string; readonly content: string }): string {
  return `${printable(path)} (${counted(lineCount(content), 'line')})`;
}

function asked({ data: { signature, module } }: LiveMessage<'MODEL_CALL_REQUESTED'>): string {
  return module === null ? printable(signature) : `${printable(module)}: ${printable(signature)}`;
}

function line(tone: Tone, text: string): readonly LiveLine[] {
  return [{ tone, text }];
}
