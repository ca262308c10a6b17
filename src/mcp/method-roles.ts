import type { NeededRoles } from '../policy/index.ts';

const viewer: NeededRoles = ['viewer'];
const operator: NeededRoles = ['operator'];

/** Whoever may use the door at all. */
export const anybody: NeededRoles = ['viewer', 'worker'];

/** What a caller must at least be for a method of the protocol; tools say it themselves. */
const needed: Readonly<Record<string, NeededRoles>> = {
  'resources/list': viewer,
  'resources/templates/list': viewer,
  'resources/read': viewer,
  'resources/subscribe': viewer,
  'subscriptions/listen': viewer,
  'completion/complete': viewer,
  'prompts/get': viewer,
  'tasks/get': viewer,
  'tasks/update': operator,
  'tasks/cancel': operator,
};

export function rolesFor(method: string): NeededRoles {
  return Object.hasOwn(needed, method) ? (needed[method] ?? anybody) : anybody;
}
