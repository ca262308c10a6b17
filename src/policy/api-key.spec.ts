import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashOfKey, isKeyOf, keyIdIn, newKey } from './api-key.ts';

describe('API keys (PL-3)', () => {
  it('makes keys that name their id, hold 256 random bits and are known by their hash', () => {
    const made = Array.from({ length: 200 }, newKey);
    expect(new Set(made.map(({ key }) => key.split('_').at(1))).size).toBe(200);
    for (const { id, key, hash } of made) {
      expect(keyIdIn(key)).toBe(id);
      expect(Buffer.from(key.slice(`tlk_${id}_`.length), 'base64url')).toHaveLength(32);
      expect(hash).toBe(hashOfKey(key));
      expect(isKeyOf(hash, key)).toBe(true);
      expect(hash).not.toContain(id);
    }
  });

  it('takes no other text for a key, however little it differs', () => {
    const { key, hash } = newKey();
    fc.assert(
      fc.property(fc.nat(key.length - 1), fc.string({ minLength: 0, maxLength: 3 }), (at, instead) => {
        const other = key.slice(0, at) + instead + key.slice(at + 1);
        expect(isKeyOf(hash, other)).toBe(other === key);
      }),
    );
    expect(isKeyOf(hash, '')).toBe(false);
    expect(isKeyOf('', key)).toBe(false);
    expect(isKeyOf('not hex', key)).toBe(false);
  });

  it.each([
    '',
    'tlk_',
    `tlk_${'0'.repeat(16)}_short`,
    ` ${newKey().key}`,
    `${newKey().key}\n`,
    newKey().key.toUpperCase(),
  ])('reads no id in %j', (text) => {
    expect(keyIdIn(text)).toBeNull();
  });
});
