import { InvalidInputError } from '../kernel/errors.ts';

/** How urgent a task is: lower runs first, equal ones of a submitter in order of arrival. */
export const priorities = { CRITICAL: 0, HIGH: 10, MEDIUM: 20, LOW: 30, BACKGROUND: 40 } as const;

export type PriorityName = keyof typeof priorities;

const LOWEST = 100;
/** A running task is only displaced by one that is better by two named steps: less would make tasks change places all the time. */
const PREEMPTION_DISTANCE = 20;

const byEventType: Readonly<Record<string, PriorityName>> = {
  USER_INTERVENTION: 'CRITICAL',
  BUG_REPORT_RECEIVED: 'CRITICAL',
  TASK_CREATED: 'HIGH',
  TASK_STARTED: 'HIGH',
  PLANNING_COMPLETE: 'HIGH',
  MODULE_STARTED: 'HIGH',
  CODE_GENERATED: 'HIGH',
  TEST_STARTED: 'MEDIUM',
  TEST_PASSED: 'MEDIUM',
  TEST_FAILED: 'MEDIUM',
  CORRECTION_STARTED: 'MEDIUM',
  CORRECTION_COMPLETED: 'MEDIUM',
  MODULE_ITERATION: 'MEDIUM',
  MODULE_COMPLETE: 'LOW',
  TASK_COMPLETE: 'LOW',
  TASK_FAILED: 'LOW',
  TASK_CANCELLED: 'LOW',
  DEAD_CODE_ANALYSIS: 'LOW',
};

/** The priority of the work that an event calls for. No event, no type or an unknown one: BACKGROUND. */
export function assignPriority(event: { readonly eventType?: string } | null | undefined): number {
  const type = event?.eventType;
  const name = type !== undefined && Object.hasOwn(byEventType, type) ? byEventType[type] : undefined;
  return priorities[name ?? 'BACKGROUND'];
}

/** Whether a newcomer may displace a running task: only if it is better by at least 20. */
export function shouldPreempt(newPriority: number, runningPriority: number): boolean {
  return parsePriority(runningPriority) - parsePriority(newPriority) >= PREEMPTION_DISTANCE;
}

/** Reads a name (any case) or a whole number from 0 to 100. Throws InvalidInputError that names both ways. */
export function parsePriority(value: unknown, path = 'priority'): number {
  if (typeof value === 'string') {
    const name = value.trim().toUpperCase();
    if (isPriorityName(name)) return priorities[name];
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LOWEST) return value;
  const names = Object.keys(priorities).join(', ');
  const message = `${JSON.stringify(value) ?? typeof value} is no priority: give ${names} or a whole number from 0 to ${LOWEST}`;
  throw new InvalidInputError([{ path, message }]);
}

function isPriorityName(name: string): name is PriorityName {
  return Object.hasOwn(priorities, name);
}

/** The name whose band a priority falls in: 0–9 CRITICAL, 10–19 HIGH … 40 and more BACKGROUND. */
export function priorityName(priority: number): PriorityName {
  if (priority < priorities.HIGH) return 'CRITICAL';
  if (priority < priorities.MEDIUM) return 'HIGH';
  if (priority < priorities.LOW) return 'MEDIUM';
  return priority < priorities.BACKGROUND ? 'LOW' : 'BACKGROUND';
}
