import type { eventGroups } from './catalogue.ts';

export type EventGroup = (typeof eventGroups)[number];

/** The first words of event types. */
const groups: Readonly<Record<string, EventGroup>> = {
  TASK: 'task',
  WAIT: 'task',
  MODEL: 'model',
  WORK: 'model',
  PLAN: 'plan',
  PLANNING: 'plan',
  QUESTIONS: 'plan',
  CODE: 'code',
  MODULE: 'code',
  CORRECTION: 'code',
  DEAD: 'code',
  TEST: 'test',
  TESTS: 'test',
  USER: 'steering',
  BUG: 'steering',
  JOB: 'job',
  STEP: 'job',
  APPROVAL: 'approval',
  AGENT: 'agent',
  MESSAGE: 'message',
  SCHEDULE: 'schedule',
  WEBHOOK: 'webhook',
  MEMORY: 'knowledge',
  KNOWLEDGE: 'knowledge',
  KEY: 'access',
  ACCESS: 'access',
};

/** What an event is about, by its type; `other` for types that are not known here. */
export function eventGroupOf(eventType: string): EventGroup {
  const word = eventType.split('_', 1)[0] ?? '';
  return Object.hasOwn(groups, word) ? (groups[word] ?? 'other') : 'other';
}
