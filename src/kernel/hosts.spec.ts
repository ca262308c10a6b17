import { describe, expect, it } from '@jest/globals';
import { isLoopbackAddress, isOwnHost, isOwnOrigin, readAllowedHosts, readOrigins } from './hosts.ts';

const arrival = { localAddress: '192.0.2.7', localPort: 9876 };
const allowed = readAllowedHosts('Tool.example, build-server:9876') ?? [];

describe('the names of the server (PL-3)', () => {
  it.each(['localhost:9876', '192.0.2.7:9876', 'tool.example', 'TOOL.example:443', 'build-server:9876'])(
    'answers to %s',
    (host) => expect(isOwnHost(host, arrival, allowed)).toBe(true),
  );

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:9876',
    'tool.example.evil.example',
    'eviltool.example',
    'build-server',
    'build-server:9877',
    '192.0.2.7',
    '192.0.2.8:9876',
    '192.0.2.7:9876:9876',
    'tool.example\n',
    'tool.example/path',
    'user@tool.example',
    '0xC0000207:9876',
  ])('refuses %j, which a foreign page could have led here', (host) => {
    expect(isOwnHost(host, arrival, allowed)).toBe(false);
  });

  it('knows the address that was reached in every way it is written', () => {
    expect(isOwnHost('192.0.2.7:9876', { ...arrival, localAddress: '::ffff:192.0.2.7' }, [])).toBe(true);
    expect(isOwnHost('[2001:db8::7]:9876', { ...arrival, localAddress: '2001:db8::7' }, [])).toBe(true);
    expect(isOwnHost('[2001:db8::8]:9876', { ...arrival, localAddress: '2001:db8::7' }, [])).toBe(false);
  });

  it('takes pages of its own, also behind a proxy that ends TLS, and those that are allowed', () => {
    const origins = readOrigins('https://dashboard.example,http://localhost:5173') ?? [];
    const isOwn = (origin: string | undefined, host: string) => isOwnOrigin(origin, host, allowed, origins);
    expect(isOwn(undefined, 'tool.example')).toBe(true);
    expect(isOwn('http://tool.example', 'tool.example')).toBe(true);
    expect(isOwn('https://tool.example', 'tool.example')).toBe(true);
    expect(isOwn('https://dashboard.example', 'tool.example')).toBe(true);
    expect(isOwn('http://localhost:5173', '127.0.0.1:9876')).toBe(true);
    for (const foreign of ['null', '', 'https://evil.example', 'https://dashboard.example.evil.example', 'file://']) {
      expect([foreign, isOwn(foreign, 'tool.example')]).toEqual([foreign, false]);
    }
    expect(isOwn('https://127.0.0.1:9876', '127.0.0.1:9876')).toBe(false);
  });

  it.each(['', '*', 'a b', 'https://a', 'a/', 'a:b', '-a', 'a,,b', 'a:999999'])('reads no hosts in %j', (text) => {
    expect(readAllowedHosts(text)).toBeNull();
  });

  it.each(['', '*', 'null', 'a.example', 'https://a/', 'https://a/b', 'https://u@a', 'ftp://a', 'javascript:1'])(
    'reads no origins in %j',
    (text) => expect(readOrigins(text)).toBeNull(),
  );

  it('tells loopback addresses from all others', () => {
    expect(['127.0.0.1', '127.8.9.1', '::1', 'localhost'].every(isLoopbackAddress)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.example'].some(isLoopbackAddress)).toBe(
      false,
    );
  });
});
