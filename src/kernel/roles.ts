/** What a caller may be. Viewers read, operators act, admins also decide who may; workers do work that is handed to them and see nothing else. */
export const roles = ['viewer', 'operator', 'worker', 'admin'] as const;

export type Role = (typeof roles)[number];

export function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value);
}
