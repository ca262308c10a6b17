import { describe, expect, it } from '@jest/globals';
import { isLoopbackHost, isSameOrigin } from './loopback.ts';

describe('loopback', () => {
  it.each(['127.0.0.1:9876', 'localhost:9876', 'LocalHost:9876', '[::1]:9876'])('accepts the host %s', (host) => {
    expect(isLoopbackHost(host, 9876)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'localhost',
    'localhost:',
    'localhost:9877',
    'localhost:098761',
    'evil.example:9876',
    'localhost.evil.example:9876',
    '127.0.0.1.evil.example:9876',
    '127.0.0.2:9876',
    'user@localhost:9876',
    '::1:9876',
    '[::1',
    'localhost:9876\n',
  ])('refuses the host %j [PL-3]', (host) => {
    expect(isLoopbackHost(host, 9876)).toBe(false);
  });

  it('takes a missing port for 80', () => {
    expect(isLoopbackHost('localhost', 80)).toBe(true);
  });

  it('accepts no origin and the origin that was asked, and no other [PL-3]', () => {
    expect(isSameOrigin(undefined, 'localhost:9876')).toBe(true);
    expect(isSameOrigin('http://localhost:9876', 'localhost:9876')).toBe(true);
    for (const origin of ['null', '', 'http://127.0.0.1:9876', 'https://localhost:9876', 'http://localhost:9877']) {
      expect(isSameOrigin(origin, 'localhost:9876')).toBe(false);
    }
  });
});
