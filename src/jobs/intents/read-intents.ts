import { load, YAMLException } from 'js-yaml';
import { z } from 'zod';
import { type Issue, messageOf } from '../../kernel/errors.ts';
import { deepFreeze, type Json, plainJsonIssue } from '../../kernel/json.ts';
import { UNKNOWN_INTENT } from '../../llm/index.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import { GraphCircleError, InvalidGraphError, InvalidIntentsError } from '../jobs.errors.ts';
import { jsonValue } from '../json-value.ts';
import { schemaIssues } from '../schema-issues.ts';
import type { Intent, PlanSource, Slot } from './intent.ts';
import { type Pattern, readPattern } from './pattern.ts';
import { readSlot, type SlotType, slotTypes } from './slot-types.ts';
import { slotsIn } from './slot-templates.ts';

const MAX_CHARACTERS = 256 * 1024;
const MAX_INTENTS = 200;
const MAX_PATTERNS = 50;
const MAX_TEXT = 500;
const NAME = /^[a-z][a-z0-9_]{0,39}$/;

const text = () => z.string().min(1).max(MAX_TEXT);
const slotName = () => z.string().regex(NAME, 'give a lower-case name such as file_name');

const intentSchema = z.strictObject({
  name: slotName().refine((name) => name !== UNKNOWN_INTENT, `give another name: ${UNKNOWN_INTENT} is what fits none`),
  description: text(),
  patterns: z.array(text()).min(1).max(MAX_PATTERNS),
  examples: z.array(text()).max(MAX_PATTERNS).default([]),
  slots: z
    .record(
      slotName(),
      z.strictObject({
        description: text().optional(),
        type: z.enum(slotTypes).optional(),
        default: jsonValue().optional(),
      }),
    )
    .default({}),
  /** Whose steps the intent has where it lists none. */
  plan: z.enum(['calculator', 'model']).optional(),
  steps: z.array(jsonValue()).optional(),
});

const fileSchema = z.strictObject({ intents: z.array(intentSchema).min(1).max(MAX_INTENTS) });

type IntentInput = z.infer<typeof intentSchema>;

/**
 * The intents of a YAML text: YAML 1.2 without aliases, doubled keys and tags of other languages. Throws
 * InvalidIntentsError that names each wrong field, or the line where it is no YAML.
 */
export function readIntents(yaml: string): readonly Intent[] {
  const given = readYaml(yaml);
  const parsed = fileSchema.safeParse(given);
  if (!parsed.success) throw new InvalidIntentsError(schemaIssues(parsed.error.issues, given));
  const issues: Issue[] = [];
  const names = new Set<string>();
  const intents = parsed.data.intents.map((intent, index) => {
    const at = `intents[${index}]`;
    if (names.has(intent.name))
      issues.push({ path: `${at}.name`, message: `"${intent.name}" is there twice: rename one` });
    names.add(intent.name);
    return readIntent(intent, at, issues);
  });
  if (issues.length > 0) throw new InvalidIntentsError(issues);
  return deepFreeze(intents);
}

function readYaml(yaml: string): unknown {
  if (yaml.length > MAX_CHARACTERS) {
    throw new InvalidIntentsError([{ path: '', message: `has more than ${MAX_CHARACTERS} characters: split it` }]);
  }
  let given: unknown;
  try {
    given = load(yaml, { maxAliases: 0, maxDepth: 50 });
  } catch (error) {
    const line = error instanceof YAMLException && error.mark ? `line ${error.mark.line + 1}` : '';
    const reason = error instanceof YAMLException ? error.reason : messageOf(error);
    throw new InvalidIntentsError([{ path: line, message: `is no YAML of ours: ${reason}` }]);
  }
  const notJson = plainJsonIssue(given, 'file');
  if (notJson) throw new InvalidIntentsError([notJson]);
  return given;
}

function readIntent(given: IntentInput, at: string, issues: Issue[]): Intent {
  const patterns = given.patterns.flatMap((text, index) => {
    const reading = readPattern(text, `${at}.patterns[${index}]`);
    if ('pattern' in reading) return [reading.pattern];
    issues.push(reading.issue);
    return [];
  });
  const slots = readSlots(given, patterns, at, issues);
  const plan = readPlan(given, at, issues);
  issues.push(...missingSlots(plan, slots, patterns, at));
  const { name, description, examples } = given;
  return { name, description, patterns, examples, slots, plan };
}

function readSlots(given: IntentInput, patterns: readonly Pattern[], at: string, issues: Issue[]): readonly Slot[] {
  const types = new Map<string, SlotType>();
  for (const [name, { type }] of Object.entries(given.slots)) if (type) types.set(name, type);
  patterns.forEach((pattern, index) => {
    for (const [name, type] of pattern.slots) {
      const known = types.get(name);
      if (known !== undefined && known !== type) {
        const message = `${name} is ${type} here and ${known} elsewhere: give it one type`;
        issues.push({ path: `${at}.patterns[${index}]`, message });
      }
      types.set(name, type);
    }
  });
  const names = [...new Set([...Object.keys(given.slots), ...types.keys()])];
  return names.map((name): Slot => {
    const type = types.get(name) ?? 'text';
    const { description = name, default: fallback } = given.slots[name] ?? {};
    if (typeof fallback === 'string' && fallback !== '' && readSlot(type, fallback) === null) {
      issues.push({ path: `${at}.slots.${name}.default`, message: `"${fallback}" is no ${type}: give one` });
    }
    return { name, type, description, ...(fallback === undefined ? {} : { default: fallback }) };
  });
}

function readPlan(given: IntentInput, at: string, issues: Issue[]): PlanSource {
  if ((given.steps === undefined) === (given.plan === undefined)) {
    issues.push({ path: at, message: `${given.name} needs either steps or a plan: give one of them` });
  }
  if (given.steps === undefined) return { kind: given.plan ?? 'model' };
  try {
    return { kind: 'steps', steps: TaskGraph.read(given.steps, `${at}.steps`).steps };
  } catch (error) {
    if (error instanceof InvalidGraphError) issues.push(...error.issues);
    else if (error instanceof GraphCircleError) issues.push({ path: `${at}.steps`, message: error.message });
    else throw error;
    return { kind: 'steps', steps: [] };
  }
}

/** Slots that steps need and nothing gives, and those that a pattern leaves out though they have no default. */
function missingSlots(
  plan: PlanSource,
  slots: readonly Slot[],
  patterns: readonly Pattern[],
  at: string,
): readonly Issue[] {
  const known = new Map(slots.map((slot) => [slot.name, slot]));
  const needed =
    plan.kind === 'calculator' ? new Set(['expression']) : slotsIn(plan.kind === 'steps' ? asJson(plan.steps) : null);
  const issues: Issue[] = [];
  for (const name of needed) {
    if (!known.has(name)) {
      issues.push({
        path: at,
        message: `its steps need {{slots.${name}}}, which no pattern gives: add {${name}} to one`,
      });
    }
  }
  patterns.forEach((pattern, index) => {
    for (const { name, default: fallback } of slots) {
      if (fallback !== undefined || pattern.slots.has(name)) continue;
      const message = `gives no ${name}: add {${name}}, or a default for it in slots`;
      issues.push({ path: `${at}.patterns[${index}]`, message });
    }
  });
  return issues;
}

function asJson(steps: readonly unknown[]): Json {
  return JSON.parse(JSON.stringify(steps)) as Json;
}
