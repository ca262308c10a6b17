import { expect, it } from '@jest/globals';
import { personOf } from './person.ts';
import { localCaller, type Principal } from './principal.ts';

it('takes the name of the key before the word of its holder, and a word only on this machine [PL-3, JB-8]', () => {
  const caller: Principal = { name: 'ada', role: 'operator', by: 'key', keyId: 'k1', expiresAt: null };
  expect(personOf(caller, 'bob')).toBe('ada');
  expect(personOf({ ...caller, by: 'token', keyId: null })).toBe('ada');
  expect(personOf(localCaller, 'bob')).toBe('bob');
  expect(personOf(localCaller)).toBe('user');
});
