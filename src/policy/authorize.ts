import { KeyMissingError, RoleDeniedError } from './policy.errors.ts';
import type { Principal } from './principal.ts';
import { type NeededRoles, permits } from './role.ts';

/** Answers who asks if they may. Throws KeyMissingError where that is not known, RoleDeniedError where it is not enough. */
export function authorize(principal: Principal | undefined, needed: NeededRoles): Principal {
  if (!principal) throw new KeyMissingError();
  if (!permits(principal.role, needed)) throw new RoleDeniedError(principal.role, needed);
  return principal;
}
