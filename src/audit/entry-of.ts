import type { EventType, StoredEvent } from '../events/index.ts';
import type { AuditEntry, SubjectKind } from './audit-entry.ts';
import { type Rule, type RuleSet, type Said, short } from './audit-rule.ts';
import { jobRules } from './rules.jobs.ts';
import {
  accessRules,
  agentRules,
  keyRules,
  knowledgeRules,
  messageRules,
  scheduleRules,
  webhookRules,
} from './rules.others.ts';
import { taskRules } from './rules.tasks.ts';

const sets = [
  taskRules,
  jobRules,
  scheduleRules,
  agentRules,
  webhookRules,
  knowledgeRules,
  messageRules,
  keyRules,
  accessRules,
] as const;

type TypesOf<Set> = Set extends RuleSet<infer K> ? K : never;
type OfSpecs = 'PERSON_NAMED' | 'TEST_TASK' | 'TEST_STEP_DONE' | 'TEST_NOTE';
type None<Missing extends never> = Missing;

/** A type of event that no set of rules names does not compile here, but for those that specs declare. */
export type EveryTypeHasARule = None<Exclude<EventType, TypesOf<(typeof sets)[number]> | OfSpecs>>;

interface Ruling {
  readonly kind: SubjectKind;
  readonly prefix: string;
  readonly rule: Rule<EventType> | null;
}

const rulings: ReadonlyMap<string, Ruling> = new Map(
  sets.flatMap(({ kind, prefix, rules }) =>
    // The rule of a type is only ever handed events of that type.
    Object.entries(rules).map(
      ([type, rule]) => [type, { kind, prefix, rule: rule as Rule<EventType> | null }] as const,
    ),
  ),
);

/** The types of which some events are told. */
export const auditedTypes: readonly EventType[] = [...rulings]
  .filter(([, { rule }]) => rule !== null)
  .map(([type]) => type as EventType);

export function isRuled(type: string): boolean {
  return rulings.has(type);
}

/** Tells one set of rules from another: where they change, what was made by those of before is made anew. */
export function rulesInUse(): string {
  return [...rulings].map(([type, { kind, prefix, rule }]) => [type, kind, prefix, String(rule)].join(' ')).join('\n');
}

const SERVER = 'taskloom';

/** What the audit log says of an event; null where it says nothing. Pure: the same event always gives the same entry. */
export function entryOf(event: StoredEvent): AuditEntry | null {
  const ruling = rulings.get(event.eventType);
  if (!ruling?.rule) return null;
  const said = saidOf(ruling.rule, event);
  if (!said) return null;
  const { sequenceNumber, eventId, eventType, taskId, timestamp, actor, correlationId } = event;
  const isOwnWord = actor === undefined || actor.proof === 'loopback';
  return {
    sequence: sequenceNumber,
    eventId,
    eventType,
    at: timestamp,
    // Whoever shows a key is who that says; agents show that of workers, and what they do with steps is their own.
    who: (isOwnWord || said.step !== undefined ? said.who : undefined) ?? actor?.name ?? SERVER,
    proof: actor?.proof ?? 'none',
    keyId: actor?.keyId ?? said.from?.keyId ?? null,
    role: actor?.role ?? said.from?.role ?? null,
    door: actor?.door ?? said.from?.door ?? 'system',
    action: said.action,
    kind: ruling.kind,
    subject: taskId.startsWith(ruling.prefix) ? taskId.slice(ruling.prefix.length) : taskId,
    step: said.step ?? null,
    what: said.what,
    why: short(said.why),
    result: said.result ?? 'ok',
    detail: short(said.detail),
    correlationId: actor?.correlationId ?? correlationId,
  };
}

/** A log may hold events of an older shape, or of another program: what cannot be read is told as it is. */
function saidOf(rule: Rule<EventType>, event: StoredEvent): Said | null {
  try {
    return rule(event.data, event);
  } catch {
    return { action: 'event.unreadable', what: `${event.eventType}, in a shape that is not known here` };
  }
}
