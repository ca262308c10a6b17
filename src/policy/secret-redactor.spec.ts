import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { processorTime } from '../../test/support/processor-time.ts';
import { SecretRedactor } from './secret-redactor.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const CONFIGURED = ['correct horse "battery"', 'p/ss+w&rd?1'];
const redactor = new SecretRedactor([...CONFIGURED, 'short']);

// Put together here, so that nobody who looks for keys in these sources finds one.
const letters = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA';
const keys: readonly (readonly [name: string, key: string])[] = [
  ['openai or anthropic key', `sk-${'proj'}-${letters}${letters}`],
  ['openai or anthropic key', `sk-${'ant'}-api03-${letters}_${letters}-AA`],
  ['model provider key', `sk-${'0123456789abcdef'.repeat(2)}`],
  ['github token', `ghp_${letters}abcd`],
  ['github token', `github_pat_11ABCDEFG0${letters}`],
  ['gitlab token', `glpat-${letters.slice(0, 20)}`],
  ['aws key id', `AKIA${'ABCDEFGH12345678'}`],
  ['google key', `AIza${letters}abc`],
  ['slack token', `xoxb-${'123456789012'}-abcdefGHIJ`],
  ['stripe key', `sk_live_${letters}`],
  ['npm token', `npm_${letters}abcd`],
  ['jwt', `eyJ${letters}.eyJ${letters}.${letters}`],
];
const privateKey = `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIEow${letters}\n${letters}==\n-----END RSA PRIVATE KEY-----`;

describe('taking secrets out of text', () => {
  it.each(keys)('finds a %s by its form, alone and inside code and JSON', (name, key) => {
    const expected = `[redacted ${name}]`;
    expect(redactor.text(key)).toBe(expected);
    expect(redactor.text(`const key = '${key}';`)).toBe(`const key = '${expected}';`);
    expect(redactor.text(JSON.stringify({ key, n: 1 }))).toBe(JSON.stringify({ key: expected, n: 1 }));
  });

  it('takes the secret out of a header, an address and an assignment, and leaves the rest', () => {
    const token = letters;
    expect(redactor.text(`Authorization: Bearer ${token}\nAccept: */*`)).toBe(
      'Authorization: Bearer [redacted authorization]\nAccept: */*',
    );
    expect(redactor.text(`{"authorization":"Basic dXNlcjpwYXNzd29yZA=="}`)).toBe(
      '{"authorization":"Basic [redacted authorization]"}',
    );
    expect(redactor.text(`curl -H 'x: Bearer ${token}'`)).toBe("curl -H 'x: Bearer [redacted bearer token]'");
    expect(redactor.text('postgres://ada:lovelace1815@db.example:5432/x')).toBe(
      'postgres://ada:[redacted password]@db.example:5432/x',
    );
    expect(redactor.text(`aws_secret_access_key = "${letters}abcdefgh"`)).toBe(
      'aws_secret_access_key = "[redacted aws secret key]"',
    );
  });

  it('takes out a whole private key, also one that was cut off', () => {
    expect(redactor.text(`before\n${privateKey}\nafter`)).toBe('before\n[redacted private key]\nafter');
    expect(redactor.text(JSON.stringify({ key: privateKey }))).toBe('{"key":"[redacted private key]"}');
    expect(redactor.text(`${privateKey}, ${privateKey.slice(0, 60)}`)).toBe(
      '[redacted private key], [redacted private key]',
    );
  });

  it('takes out a configured value in every form it may be written in; words that are too short stay', () => {
    for (const value of CONFIGURED) {
      const base64 = Buffer.from(value).toString('base64');
      for (const form of [value, encodeURIComponent(value), base64]) {
        expect(redactor.text(`<${form}>`)).toBe('<[redacted secret]>');
      }
      expect(redactor.text(JSON.stringify([value]))).toBe('["[redacted secret]"]');
    }
    expect(redactor.text('short')).toBe('short');
  });

  it.each([
    'sk-…',
    'sk-<your key>',
    'sk-circle-fade-dot-animation-delay',
    '${TOKEN}',
    'password = getPassword()',
    "const token = '';",
    'Authorization: Bearer ${token}',
    'Authorization: Bearer <token>',
    'https://example.com/a:b@c',
    'postgres://user@host/database',
    'git@github.com:owner/name.git',
    '01990000-0000-7000-8000-000000000001',
    'e8eabc65bb9a95e73f61d2c482b6a84122a3a4cd51e4ff785af5e6b4fb05238a',
    'dd07dccaf1e35b70b0a2f2e26ca68f02a97ec362db5b0a2d',
    `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA${letters}`,
    'const BEGIN = "-----BEGIN CERTIFICATE-----";',
    'risk-0123456789abcdef0123456789abcdef',
  ])('leaves %j as it is', (text) => {
    expect(redactor.text(text)).toBe(text);
    expect(redactor.data({ text })).toEqual({ text });
  });

  it('leaves the code of this project and of its samples as it is', () => {
    const files = ['src', 'examples']
      .flatMap((directory) => readdirSync(join(root, directory), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && !/policy|\.spec\.ts$/.test(join(entry.parentPath, entry.name)));
    expect(files.length).toBeGreaterThan(200);
    for (const { parentPath, name } of files) {
      const text = readFileSync(join(parentPath, name), 'utf8');
      expect(new SecretRedactor([]).text(text)).toBe(text);
    }
  });

  it('changes nothing a second time, whatever stands around a key', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(...keys.map(([, key]) => key), ...CONFIGURED, privateKey, 'Bearer ', 'authorization: ', '://a:'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const once = redactor.text(pieces.join(''));
        expect(redactor.text(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('looks at every string and key of data, and copies nothing where there is nothing', () => {
    const [, key] = keys[3] ?? ['', ''];
    const data = { list: [{ [key]: key }, 1, null, true], deep: { a: { b: 'fine' } } };
    expect(redactor.data(data)).toEqual({
      list: [{ '[redacted github token]': '[redacted github token]' }, 1, null, true],
      deep: { a: { b: 'fine' } },
    });
    expect(data.list[0]).toEqual({ [key]: key });
    const plain = { text: 'nothing to see', list: [1] };
    expect(redactor.data(plain)).toBe(plain);
  });

  it.each([
    ['sk-', 'sk-aaaaaaaaaaaaaaaaaaaaaaaaa '],
    ['words', 'the quick brown fox '],
    ['jwt heads', 'eyJaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.'],
    ['addresses', 'a://b:c'],
    ['authorization', 'authorization: bearer '],
    ['private keys without end', `-----BEGIN ${'PRIVATE'} KEY-----\n`],
    ['one long word', 'a'],
    ['letters and dots', 'eyJa.eyJ'],
  ])('takes time in proportion to 8 MiB of %s', async (_name, unit) => {
    const text = unit.repeat(Math.ceil((8 * 1024 * 1024) / unit.length));
    expect(await processorTime(8000, () => redactor.text(text))).toBeLessThan(8000);
  });
});
