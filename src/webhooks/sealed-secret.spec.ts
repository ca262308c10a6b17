import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyIdIn, seal, sealingKeyOf, unseal } from './sealed-secret.ts';
import { newSecret } from './sign-message.ts';
import { SecretNotIntactError, WebhookKeyError } from './webhooks.errors.ts';

const key = sealingKeyOf('a text of at least thirty-two bytes');
const other = sealingKeyOf('another text of at least thirty-two');

describe('a sealed secret (PL-3)', () => {
  it('is read with its key, for its webhook, and is another text each time [PL-3]', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (secret, id) => {
        const sealed = seal(key, secret, id);
        expect(unseal([other, key], sealed, id)).toBe(secret);
        expect(seal(key, secret, id)).not.toBe(sealed);
        expect(keyIdIn(sealed)).toBe(key.id);
      }),
    );
  });

  it('is refused with another key, at another webhook, and with any bit of it changed [PL-3]', () => {
    const secret = newSecret();
    const sealed = seal(key, secret, 'a');
    expect(sealed).not.toContain(secret.slice(6, 20));
    expect(() => unseal([other], sealed, 'a')).toThrow(WebhookKeyError);
    expect(() => unseal([key], sealed, 'b')).toThrow(SecretNotIntactError);
    const [prefix, version, id, data = ''] = sealed.split(':');
    const bytes = Buffer.from(data, 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const text = [prefix, version, id, changed.toString('base64url')].join(':');
        expect(() => unseal([key], text, 'a')).toThrow(SecretNotIntactError);
      }),
    );
    for (const length of [0, 11, 12, 27, 28]) {
      const short = [prefix, version, id, bytes.subarray(0, length).toString('base64url')].join(':');
      expect(() => unseal([key], short, 'a')).toThrow(SecretNotIntactError);
    }
    expect(() => unseal([key], sealed.replace(':v1:', ':v2:'), 'a')).toThrow(SecretNotIntactError);
  });

  it('is told from one in the clear [PL-3]', () => {
    expect(keyIdIn(newSecret())).toBeNull();
    expect(key.id).not.toBe(other.id);
    expect(key.key).toHaveLength(32);
  });
});
