import { describe, expect, it, jest } from '@jest/globals';
import { raw } from '../support/hostile.ts';
import { runServer } from '../support/running-server.ts';

jest.setTimeout(60_000);

const ADMIN = 'the-honest-administrators-key';
const VIEWER = 'the-key-of-a-curious-viewer-1';
const honest = { authorization: `Bearer ${ADMIN}` };

describe('a flood of requests (PL-3)', () => {
  it('is answered with 429 and when to come back, while another key is served [PL-3]', async () => {
    await using server = await runServer({
      REQUIRE_KEYS: 'on',
      API_KEYS: `admin:${ADMIN},viewer:${VIEWER}`,
      RATE_LIMIT_PER_SECOND: '5',
      RATE_LIMIT_BURST: '20',
    });
    const flood = (headers: Readonly<Record<string, string>>) =>
      Promise.all(Array.from({ length: 100 }, () => raw(server.url, 'GET', '/tasks', { headers })));
    const floods: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${VIEWER}` },
      { authorization: 'Bearer guess' },
    ];
    for (const headers of floods) {
      const replies = await flood(headers);
      const limited = replies.filter(({ status }) => status === 429);
      expect(limited.length).toBeGreaterThan(50);
      expect(limited[0]?.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(JSON.parse(limited[0]?.text ?? '')).toMatchObject({ code: 'ACCESS_RATE_LIMITED', status: 429 });
      expect((await raw(server.url, 'GET', '/tasks', { headers: honest })).status).toBe(200);
    }
  });
});

describe('pages of other sites (PL-3; unit list 2.1)', () => {
  it('may use the server where their origin is allowed, and are told what they may send [PL-3]', async () => {
    const origin = 'https://dashboard.example';
    await using server = await runServer({ CORS_ORIGINS: origin, ALLOWED_HOSTS: 'tool.example', REQUIRE_KEYS: 'on' });
    const preflight = { origin, 'access-control-request-method': 'POST' };
    const asked = await raw(server.url, 'OPTIONS', '/tasks', { headers: preflight });
    expect(asked).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': origin, vary: 'origin' },
    });
    expect(asked.headers['access-control-allow-headers']).toContain('authorization');
    expect(asked.headers['access-control-allow-credentials']).toBeUndefined();
    const refused = await raw(server.url, 'GET', '/tasks', { headers: { origin } });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, origin]);
    const other = await raw(server.url, 'OPTIONS', '/tasks', {
      headers: { ...preflight, origin: 'https://evil.example' },
    });
    expect([other.status, other.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    const named = await raw(server.url, 'GET', '/health/live', {
      headers: { host: 'tool.example', origin: 'https://tool.example' },
    });
    expect(named.status).toBe(200);
  });
});
