import type { NeededRoles } from '../policy/index.ts';
import { methodOf, toolOf } from './message-guard.ts';
import type { DefinedTool } from './tool.ts';

const viewer: NeededRoles = ['viewer'];
const operator: NeededRoles = ['operator'];

/** Whoever may use the door at all. */
export const anybody: NeededRoles = ['viewer', 'worker'];

/** What a caller must at least be for a method of the protocol; a tool says itself what it needs. */
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

/** For a message whose body has been read. What nobody knows may be asked by anybody: it is answered as unknown. */
export function rolesFor(body: unknown, tools: readonly Pick<DefinedTool, 'name' | 'role'>[]): NeededRoles {
  const method = methodOf(body);
  if (method === 'tools/call') return tools.find(({ name }) => name === toolOf(body))?.role ?? anybody;
  return Object.hasOwn(needed, method) ? (needed[method] ?? anybody) : anybody;
}
