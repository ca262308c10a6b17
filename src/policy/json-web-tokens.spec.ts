import { describe, expect, it } from '@jest/globals';
import { base64url, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { JsonWebTokens } from './json-web-tokens.ts';

const SECRET = 'a secret of thirty-two bytes or more';
const NOW = Date.UTC(2026, 10, 27, 9);
const seconds = NOW / 1000;
const tokens = new JsonWebTokens(
  { secret: SECRET, issuer: 'taskloom', audience: 'taskloom', maxAgeS: 3600 },
  () => NOW,
);

const claims = { sub: 'ada', role: 'operator', iss: 'taskloom', aud: 'taskloom', iat: seconds - 10 };
const signed = (changes: object = {}, { alg = 'HS256', secret = SECRET } = {}) =>
  new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

describe('signed tokens (PL-3)', () => {
  it('say who it is, which role, and until when', async () => {
    expect(await tokens.read(await signed())).toEqual({
      subject: 'ada',
      role: 'operator',
      expiresAt: NOW + 3_590_000,
    });
    expect((await tokens.read(await signed({ exp: seconds + 60 })))?.expiresAt).toBe(NOW + 60_000);
    expect((await tokens.read(await signed({ exp: seconds + 1e6 })))?.expiresAt).toBe(NOW + 3_590_000);
  });

  it.each([
    ['expired', { exp: seconds - 1 }],
    ['older than the longest age, whatever its exp says', { iat: seconds - 3601, exp: seconds + 1000 }],
    ['from the future', { iat: seconds + 3600 }],
    ['not valid yet', { nbf: seconds + 3600 }],
    ['without a time', { iat: undefined }],
    ['of another issuer', { iss: 'elsewhere' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'elsewhere' }],
    ['without an audience', { aud: undefined }],
    ['without a subject', { sub: undefined }],
    ['with a subject that no log should hold', { sub: 'ada\nlovelace' }],
    ['without a role', { role: undefined }],
    ['of an unknown role', { role: 'root' }],
    ['of a role that is a list', { role: ['admin'] }],
    ['of a role that is a prototype', { role: '__proto__' }],
    ['with times that are no numbers', { exp: 'never' }],
  ])('are refused when they are %s', async (_what, changes) => {
    expect(await tokens.read(await signed(changes))).toBeNull();
  });

  it('are refused under another secret, another algorithm, and without a signature', async () => {
    expect(await tokens.read(await signed({}, { secret: 'another secret of more than 32 bytes' }))).toBeNull();
    expect(await tokens.read(await signed({}, { alg: 'HS512', secret: SECRET.repeat(2) }))).toBeNull();
    expect(await tokens.read(new UnsecuredJWT(claims).encode())).toBeNull();
    const { privateKey } = await generateKeyPair('ES256');
    expect(
      await tokens.read(await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)),
    ).toBeNull();
    const [, payload, signature] = (await signed()).split('.');
    for (const alg of ['none', 'None', 'NONE', '', 'HS384', 'RS256']) {
      const header = base64url.encode(JSON.stringify({ alg, typ: 'JWT' }));
      for (const end of ['', signature]) expect(await tokens.read(`${header}.${payload}.${end}`)).toBeNull();
    }
  });

  it('are refused after any change of a character', async () => {
    const token = await signed();
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(await tokens.read(token.slice(0, at) + other + token.slice(at + 1))).toBeNull();
    }
  });

  it.each(['', '.', '..', 'a.b.c', 'e30.e30.', 'x'.repeat(8000), '%.%.%'])(
    'are refused when they are %j',
    async (text) => {
      expect(await tokens.read(text)).toBeNull();
    },
  );
});
