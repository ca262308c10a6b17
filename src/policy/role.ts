import { type Role, roles } from '../kernel/roles.ts';

/** The least role that is needed; of several any one is enough. */
export type NeededRoles = readonly [Role, ...Role[]];

const covers: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  worker: ['worker'],
  admin: roles,
};

/** Whether a role is enough for what needs one of these: an admin's for everything, a worker's for a worker's alone. */
export function permits(role: Role, needed: NeededRoles): boolean {
  return needed.some((each) => covers[role].includes(each));
}
