import { createHash } from 'node:crypto';
import type { CodeChange, EventType, Plan, StoredEvent, TestOutcome } from '../../events/index.ts';
import { changedLines } from './changed-lines.ts';
import { type KnowledgeKind, type Lesson, MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS } from './knowledge-entry.ts';

/** The events after which a task has nothing more to teach. */
export const endingTypes = ['TASK_COMPLETE', 'TASK_FAILED', 'TASK_CANCELLED'] as const satisfies readonly EventType[];

/** What of a task's stream lessons are made of. */
export const lessonEventTypes: readonly EventType[] = [
  'TASK_CREATED',
  'TASK_FORKED',
  'PLANNING_COMPLETE',
  'PLAN_EDITED',
  'CODE_GENERATED',
  'CORRECTION_COMPLETED',
  'TEST_FAILED',
  'TEST_PASSED',
  ...endingTypes,
];

const ID_DIGITS = 20;
const MAX_FAILURES = 3;
const MAX_MESSAGE_CHARACTERS = 400;
const MAX_CHANGED_LINES = 30;
const MAX_CODE_CHARACTERS = 2000;

/** What of a task is known on the way. */
interface Course {
  language: string;
  plan: { readonly event: StoredEvent; readonly plan: Plan } | null;
  /** The newest code of each module. */
  readonly code: Map<string, string>;
  /** Modules whose tests failed last, with the code they failed on. */
  readonly failing: Map<string, { readonly outcome: TestOutcome; readonly code: string }>;
  /** Lessons about single modules. */
  fixes: Lesson[];
}

/**
 * What a task has taught, from its events of `lessonEventTypes` up to its end: every error of a module with the change
 * that made its tests pass; of a completed task also the decisions of its plan and the modules it has built. What a fork
 * has copied was learned where it happened. Pure; same events, same lessons.
 */
export function lessonsOf(events: Iterable<StoredEvent>): readonly Lesson[] {
  const course: Course = { language: '', plan: null, code: new Map(), failing: new Map(), fixes: [] };
  for (const event of events) {
    switch (event.eventType) {
      case 'TASK_CREATED':
        course.language = event.data.language ?? '';
        for (const { path, content } of event.data.files) course.code.set(path, content);
        break;
      case 'TASK_FORKED':
        course.fixes = [];
        break;
      case 'PLANNING_COMPLETE':
      case 'PLAN_EDITED':
        course.plan = { event, plan: event.data.plan };
        course.language = event.data.plan.language;
        break;
      case 'CODE_GENERATED':
      case 'CORRECTION_COMPLETED':
        takeCode(course, event.data);
        break;
      case 'TEST_FAILED':
        takeFailure(course, event.data);
        break;
      case 'TEST_PASSED':
        takeSuccess(course, event, event.data.module);
        break;
      case 'TASK_COMPLETE':
        return [...course.fixes, ...decisionsOf(course), ...patternsOf(course, event)];
      default:
        break;
    }
  }
  return course.fixes;
}

function takeCode(course: Course, { files }: CodeChange): void {
  for (const { path, content } of files) course.code.set(path, content);
}

/** Of several failures in a row the last one is what the fix is about. */
function takeFailure(course: Course, outcome: TestOutcome): void {
  const { module } = outcome;
  if (module === null || outcome.trial) return;
  course.failing.set(module, { outcome, code: course.code.get(module) ?? '' });
}

function takeSuccess(course: Course, event: StoredEvent, module: string | null): void {
  const failure = module === null ? undefined : course.failing.get(module);
  if (module === null || !failure) return;
  course.failing.delete(module);
  const change = changedLines(failure.code, course.code.get(module) ?? '', MAX_CHANGED_LINES);
  if (change === '') return;
  const errors = errorsOf(failure.outcome);
  const text = `${module} failed its tests:\n${errors.join('\n')}\nThis change made them pass:\n${change}`;
  course.fixes.push(lesson('fix', event, { title: errors[0] ?? module, text, module, language: course.language }));
}

/** The failed tests with what they said, or why the run failed as a whole. */
function errorsOf({ results, problem }: TestOutcome): readonly string[] {
  const failed = results.filter(({ status }) => status === 'failed').slice(0, MAX_FAILURES);
  const said = failed.map(({ name, message = 'failed' }) => `${name}: ${cut(message, MAX_MESSAGE_CHARACTERS)}`);
  return problem === undefined ? said : [cut(problem, MAX_MESSAGE_CHARACTERS), ...said];
}

function decisionsOf({ plan, language }: Course): readonly Lesson[] {
  const decisions = plan?.plan.document?.approach.decisions ?? [];
  return decisions.flatMap(({ decision, rationale, alternative, whyRejected }) => {
    const text = `${decision}\nWhy: ${rationale}\nInstead of: ${alternative}, as ${whyRejected}\nFor: ${plan?.plan.objective ?? ''}`;
    return plan ? [lesson('decision', plan.event, { title: decision, text, module: null, language })] : [];
  });
}

function patternsOf({ plan, language, code }: Course, completion: StoredEvent): readonly Lesson[] {
  return (plan?.plan.modules ?? []).flatMap(({ path, description, dependsOn, testCases = [] }) => {
    const content = code.get(path);
    if (content === undefined) return [];
    const needs = dependsOn.length > 0 ? [`Needs ${dependsOn.join(', ')}`] : [];
    const lines = [description, ...needs, ...testCases.map((each) => `- ${each}`), cut(content, MAX_CODE_CHARACTERS)];
    const title = `${path}: ${description}`;
    return [lesson('pattern', completion, { title, text: lines.join('\n'), module: path, language })];
  });
}

function lesson(
  kind: KnowledgeKind,
  { eventId, taskId }: StoredEvent,
  { module, language, ...said }: Pick<Lesson, 'title' | 'text' | 'module' | 'language'>,
): Lesson {
  const title = cut(said.title.replace(/\s+/g, ' ').trim(), MAX_TITLE_CHARACTERS);
  const text = cut(said.text, MAX_TEXT_CHARACTERS);
  const content = createHash('sha256').update(JSON.stringify([module, language, title, text]));
  const id = `${kind}-${content.digest('hex').slice(0, ID_DIGITS)}`;
  return { id, kind, taskId, eventId, module, language, title, text };
}

/** At most so many characters, with a mark where something is missing; no half of a surrogate pair. */
function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters - 2).replace(/[\ud800-\udbff]$/, '')} …`;
}
