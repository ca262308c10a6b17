import { describe, expect, it } from '@jest/globals';
import { readKeyEntries } from './key-entries.ts';

const KEY = 'abcdefghijklmnopqrstuvwx';

describe('API_KEYS (PL-3)', () => {
  it('reads roles and keys, separated by commas or by lines', () => {
    const { keys, problems } = readKeyEntries(` admin:${KEY}1, viewer:${KEY}:2\n\noperator : ${KEY}3\r\n`);
    expect(problems).toEqual([]);
    expect(keys).toEqual([
      { role: 'admin', key: `${KEY}1` },
      { role: 'viewer', key: `${KEY}:2` },
      { role: 'operator', key: `${KEY}3` },
    ]);
  });

  it.each([
    ['', 'there is no entry'],
    [KEY, 'entry 1 does not begin with viewer:, operator:, worker:, admin:'],
    [`root:${KEY}`, 'entry 1 does not begin with viewer:'],
    [`__proto__:${KEY}`, 'entry 1 does not begin with viewer:'],
    [`admin:${KEY},viewer:short`, 'entry 2 has a key of 5 characters: 24 to 256 are needed'],
    [`admin:${KEY} ${KEY}`, 'entry 1 has a key with characters'],
    [`admin:${KEY},viewer:${KEY}`, 'two entries have the same key'],
    [`admin:${'x'.repeat(257)}`, 'entry 1 has a key of 257 characters'],
  ])('says what is wrong with %j, and never the key', (text, problem) => {
    const { problems } = readKeyEntries(text);
    expect(problems.join('; ')).toContain(problem);
    expect(problems.join('; ')).not.toContain(KEY);
  });
});
