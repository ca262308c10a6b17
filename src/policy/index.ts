export { hashOfKey, isKeyOf, keyIdIn, newKey, type NewKey } from './api-key.ts';
export { authorize } from './authorize.ts';
export { KeyMissingError, KeyRefusedError, RoleDeniedError, RoleUndeclaredError } from './policy.errors.ts';
export { PolicyModule } from './policy.module.ts';
export { identify, localCaller, type Principal, principalOf } from './principal.ts';
export { redactorOf } from './redactor-of.ts';
export { Caller, neededRolesOf, NeedsRole, OpenToAll } from './role.guard.ts';
export { isRole, type NeededRoles, permits, type Role, roles } from './role.ts';
export { SecretRedactor } from './secret-redactor.ts';
