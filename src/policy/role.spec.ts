import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRole, type Role, roles } from '../kernel/roles.ts';
import { authorize } from './authorize.ts';
import { KeyMissingError, RoleDeniedError } from './policy.errors.ts';
import { identify, localCaller, type Principal, principalOf } from './principal.ts';
import { permits } from './role.ts';

const caller = (role: Role): Principal => ({ ...localCaller, role });

describe('roles (PL-3)', () => {
  it.each([
    ['viewer', ['viewer']],
    ['operator', ['viewer', 'operator']],
    ['worker', ['worker']],
    ['admin', ['viewer', 'operator', 'worker', 'admin']],
  ] as const)('lets a %s do what needs %j, and nothing else', (role, allowed) => {
    expect(roles.filter((needed) => permits(role, [needed]))).toEqual(allowed);
  });

  it('takes any one of several needed roles for enough', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...roles),
        fc.constantFrom(...roles),
        fc.array(fc.constantFrom(...roles)),
        (role, first, rest) => {
          const each = [first, ...rest].some((needed) => permits(role, [needed]));
          expect(permits(role, [first, ...rest])).toBe(each);
        },
      ),
    );
  });

  it.each(['Admin', 'root', '', '__proto__', 'constructor', null, 1, ['admin']])('knows no role %j', (value) => {
    expect(isRole(value)).toBe(false);
  });

  it('refuses who is not known, and who is known and may not', () => {
    expect(() => authorize(undefined, ['viewer'])).toThrow(KeyMissingError);
    expect(() => authorize(caller('viewer'), ['operator'])).toThrow(RoleDeniedError);
    expect(() => authorize(caller('operator'), ['worker', 'admin'])).toThrow('this needs worker or admin');
    expect(authorize(caller('worker'), ['operator', 'worker'])).toEqual(caller('worker'));
  });

  it('remembers who sends a request, and knows nobody of another', () => {
    const request = {};
    identify(request, localCaller);
    expect(principalOf(request)).toBe(localCaller);
    expect(principalOf({})).toBeUndefined();
  });
});
