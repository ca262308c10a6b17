/** What a caller may be. Viewers read, operators act, admins also decide who may; workers do work that is handed to them and see nothing else. */
export const roles = ['viewer', 'operator', 'worker', 'admin'] as const;

export type Role = (typeof roles)[number];

/** The least role that is needed; of several any one is enough. */
export type NeededRoles = readonly [Role, ...Role[]];

const covers: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  worker: ['worker'],
  admin: roles,
};

export function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value);
}

/** Whether a role is enough for what needs one of these: an admin's for everything, a worker's for a worker's alone. */
export function permits(role: Role, needed: NeededRoles): boolean {
  return needed.some((each) => covers[role].includes(each));
}
