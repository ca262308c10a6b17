import type { StoredEvent } from '../../events/index.ts';
import { countLines } from '../outline/outline-code.ts';
import { CUT_MARK } from '../summaries/shorten.ts';
import { type Payload, countOf, payloadOf, payloadsOf, textOf, textsOf } from './payload.ts';

const MAX_LINE_CHARACTERS = 120;
const MAX_STACK_LINES = 3;
/** Ids, hashes and figures that mean nothing to a model and take many tokens. */
const technical =
  /^(callId|eventId|leaseHash|promptHash|codeHash|planHash|replaces|leaseUntil|retryAt|answerSchema|manifest|messages|basis|durationMs|isolation|exitCode|outputBytesCut|usage|costUsd|attempts|models|metadata|submitter)$/;

/** What happened, in one line: `#6 TEST_FAILED src/cart.ts: 1 passed, 2 failed`. No ids and no time stamps. */
export function tellInOneLine(event: StoredEvent): string {
  const payload = payloadOf(event.data);
  const module = textOf(payload['module']);
  const told = tellerOf(event.eventType)(payload).replace(/\s+/g, ' ').trim();
  return cut(`${headOf(event, module)}${told === '' ? '' : `: ${told}`}`, MAX_LINE_CHARACTERS);
}

/**
 * What happened with all that it brought: every field that means something, code and messages as they are, of the calls
 * in a stack trace the first three.
 */
export function tellInFull(event: StoredEvent): string {
  const fields = Object.entries(payloadOf(event.data)).filter(([name]) => !technical.test(name));
  return [headOf(event, ''), ...fields.flatMap(([name, value]) => tellField(name, value, '  ', 0))].join('\n');
}

function headOf({ streamSequence, eventType }: StoredEvent, module: string): string {
  return `#${streamSequence} ${eventType}${module === '' ? '' : ` ${module}`}`;
}

const tellers: Readonly<Record<string, (payload: Payload) => string>> = {
  TASK_CREATED: ({ prompt, files }) => `${textOf(prompt)}${filesNote(files)}`,
  PLANNING_COMPLETE: ({ plan }) => tellPlan(payloadOf(plan)),
  PLAN_EDITED: ({ plan }) => tellPlan(payloadOf(plan)),
  CODE_GENERATED: ({ files }) => tellFiles(files),
  CORRECTION_COMPLETED: ({ files, iteration }) => `iteration ${countOf(iteration)}, ${tellFiles(files)}`,
  TESTS_WRITTEN: ({ files }) => tellFiles(files),
  TEST_PASSED: (payload) => tellTests(payload),
  TEST_FAILED: (payload) => tellTests(payload),
  TEST_STARTED: () => '',
  MODEL_CALL_REQUESTED: ({ signature }) => textOf(signature),
  MODEL_CALL_COMPLETED: ({ model, by }) => textOf(model) || textOf(by),
  WORK_ITEM_CLAIMED: ({ by }) => textOf(by),
};

function tellerOf(eventType: string): (payload: Payload) => string {
  return (Object.hasOwn(tellers, eventType) ? tellers[eventType] : undefined) ?? tellAnything;
}

/** The short fields of any event. */
function tellAnything(payload: Payload): string {
  return Object.entries(payload)
    .filter(([name]) => name !== 'module' && !technical.test(name))
    .map(([name, value]) => tellShortly(name, value))
    .filter(Boolean)
    .join(', ');
}

function tellShortly(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return `${name} ${value}`;
  return Array.isArray(value) && value.length > 0 ? `${value.length} ${name}` : '';
}

function tellPlan(plan: Payload): string {
  return `${textOf(plan['objective'])}: ${payloadsOf(plan['modules'])
    .map(({ path }) => textOf(path))
    .join(', ')}`;
}

function tellTests({ passed, failed, problem, results }: Payload): string {
  const failing = payloadsOf(results).find(({ status }) => status === 'failed');
  const counts = `${countOf(passed)} passed, ${countOf(failed)} failed`;
  return [counts, textOf(failing?.['name']), textOf(problem)].filter(Boolean).join(': ');
}

function tellFiles(files: unknown): string {
  const lines = payloadsOf(files).reduce((sum, { content }) => sum + countLines(textOf(content)), 0);
  return `${counted(lines, 'line')} in ${counted(payloadsOf(files).length, 'file')}`;
}

function filesNote(files: unknown): string {
  const { length } = payloadsOf(files);
  return length === 0 ? '' : ` (${counted(length, 'file')} given)`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const MAX_DEPTH = 20;

function tellField(name: string, value: unknown, indent: string, depth: number): readonly string[] {
  if (value === null || value === undefined || value === '') return [];
  if (depth > MAX_DEPTH) return [`${indent}${name}:${CUT_MARK}`];
  const inside = `${indent}  `;
  if (typeof value === 'string') {
    if (!value.includes('\n')) return [`${indent}${name}: ${value}`];
    return [`${indent}${name}:`, ...withShortStacks(value).map((line) => inside + line)];
  }
  if (Array.isArray(value)) {
    const isPlain = textsOf(value).length === value.length;
    if (isPlain) return value.length === 0 ? [] : [`${indent}${name}: ${value.join(', ')}`];
    return value.flatMap((item: unknown) => tellField(`${name} -`, item, indent, depth + 1));
  }
  if (typeof value === 'number' || typeof value === 'boolean') return [`${indent}${name}: ${value}`];
  if (typeof value !== 'object') return [];
  const fields = Object.entries(value).filter(([key]) => !technical.test(key));
  return [`${indent}${name}:`, ...fields.flatMap(([key, item]) => tellField(key, item, inside, depth + 1))];
}

function withShortStacks(text: string): readonly string[] {
  let calls = 0;
  return text.split('\n').filter((line) => {
    calls = /^\s*at .*\d/.test(line) ? calls + 1 : 0;
    return calls <= MAX_STACK_LINES;
  });
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters - CUT_MARK.length).trimEnd() + CUT_MARK;
}
