export { Access, type Arrival } from './access.ts';
export { AddressKeys } from './address-keys.ts';
export { hashOfKey, isKeyOf, keyIdIn, newKey, type NewKey } from './api-key.ts';
export { authorize } from './authorize.ts';
export { bearerTokenOf, isForwarded } from './bearer.ts';
export { type KeyChange, KeyLedger } from './key-ledger.ts';
export type { KeyRecord, NewKeyRequest } from './key-store.ts';
export {
  KeyEndedError,
  KeyMissingError,
  KeyNotFoundError,
  KeyRefusedError,
  RateLimitedError,
  RoleDeniedError,
  RoleUndeclaredError,
  TooManyKeysError,
} from './policy.errors.ts';
export { personOf } from './person.ts';
export { PolicyModule } from './policy.module.ts';
export { doorOf } from './door-of.ts';
export { actorOf, identify, localCaller, type Principal, principalOf } from './principal.ts';
export type { Asked, RefusedAttempt } from './refused-attempt.ts';
export { redactorOf } from './redactor-of.ts';
export { Caller, neededRolesOf, NeedsRole, OpenToAll } from './role.guard.ts';
export { type NeededRoles, permits } from './role.ts';
export { SecretRedactor } from './secret-redactor.ts';
