import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { io } from 'socket.io-client';
import { Access } from '../../src/policy/index.ts';
import { assembleServer } from '../../src/server.ts';
import { testConfiguration } from '../support/configuration.ts';
import { modern, postMcp } from '../support/mcp-http.ts';
import { runServer } from '../support/running-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

jest.setTimeout(60_000);

interface Bound extends AsyncDisposable {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** Made at the start where nobody could be admin. */
  readonly firstKey: string | null;
}

/**
 * A server that is configured for one address and listens on another, of loopback: what it decides by its configuration
 * is tested, and nobody but this machine reaches it.
 */
async function boundTo(host: string, listensOn: string, environment: NodeJS.ProcessEnv = {}): Promise<Bound> {
  const directory = temporaryDirectory();
  const app = await assembleServer(
    testConfiguration({ LLM_PROVIDER: 'delegated', ...environment, HOST: host, DATA_DIR: directory.path }),
  );
  const firstKey = await app.get(Access).ensureAdmin();
  await app.listen(0, listensOn);
  return {
    app,
    url: (await app.getUrl()).replace('127.0.0.1', listensOn),
    firstKey,
    async [Symbol.asyncDispose]() {
      await app.close();
      directory[Symbol.dispose]();
    },
  };
}

const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));

const doors = ['/health', '/health/ready', '/metrics', '/tasks', '/jobs', '/keys', '/webhooks', '/workers', '/nothing'];

const statusOf = async (url: string, headers: Record<string, string> = {}) => (await fetch(url, { headers })).status;

const bearer = (key: string | null) => ({ authorization: `Bearer ${key}` });

/** With a Host header of one's own, which fetch does not allow. */
function statusFor(url: string, host: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers: { ...headers, host, connection: 'close' } }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    })
      .on('error', reject)
      .end();
  });
}

function socketOutcome(url: string, token?: string): Promise<string> {
  const auth = token === undefined ? {} : { token };
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth });
  return new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error: Error & { data?: { code?: string } }) => resolve(error.data?.code ?? ''));
  }).finally(() => socket.disconnect());
}

describe.each(['0.0.0.0', '::', '192.0.2.7', 'taskloom.example.org'])('a server for %s (PL-3)', (host) => {
  it('takes nobody in without a key, also of this machine, and everybody with the first one [PL-3]', async () => {
    await using server = await boundTo(host, '127.0.0.5');
    expect(server.firstKey).toMatch(/^tlk_/);
    expect(await statusOf(`${server.url}/health/live`)).toBe(200);
    const key = bearer(server.firstKey);
    for (const door of doors) {
      expect([door, await statusOf(server.url + door)]).toEqual([door, 401]);
      expect([door, await statusOf(server.url + door, key)]).toEqual([door, door === '/nothing' ? 404 : 200]);
    }
    const { body, headers } = modern('tools/list');
    expect((await postMcp(server.url, body, headers)).status).toBe(401);
    expect((await postMcp(server.url, body, { ...headers, ...key })).status).toBe(200);
    expect(await socketOutcome(server.url)).toBe('ACCESS_KEY_MISSING');
    expect(await socketOutcome(server.url, 'tlk_0_0')).toBe('ACCESS_KEY_REFUSED');
    expect(await socketOutcome(server.url, server.firstKey ?? '')).toBe('connected');
  });
});

describe('a server for an address of loopback (PL-3)', () => {
  it.each(['127.0.0.1', '127.0.0.2', 'localhost'])('needs no key on %s, unless one is wanted [PL-3]', needsNone);

  (hasIpv6 ? it : it.skip)('needs no key on ::1, unless one is wanted [PL-3]', () => needsNone('::1'));

  async function needsNone(host: string): Promise<void> {
    await using server = await runServer({ HOST: host });
    expect(server.firstKey).toBeNull();
    for (const door of ['/health', '/metrics', '/keys']) expect(await statusOf(server.url + door)).toBe(200);
    expect(await socketOutcome(server.url)).toBe('connected');
    await using strict = await runServer({ HOST: host, REQUIRE_KEYS: 'on' });
    expect(await statusOf(`${strict.url}/metrics`)).toBe(401);
    expect(await statusOf(`${strict.url}/metrics`, bearer(strict.firstKey))).toBe(200);
  }

  it('listens there and nowhere else [PL-3]', async () => {
    await using server = await runServer({ HOST: '127.0.0.2' });
    const port = Number(new URL(server.url).port);
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.3', port });
      socket.once('connect', () => resolve('connected'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
      socket.once('close', () => socket.destroy());
    });
    expect(outcome).toBe('ECONNREFUSED');
  });

  it('is decided by its own address and not by who asks: what a proxy passes on needs a key [PL-3]', async () => {
    await using server = await runServer({ HOST: '127.0.0.2' });
    for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']) {
      const value = name === 'forwarded' ? 'for=127.0.0.1' : '127.0.0.1';
      expect([name, await statusOf(`${server.url}/metrics`, { [name]: value })]).toEqual([name, 401]);
    }
  });
});

describe('the Host header of a server for other addresses (PL-3)', () => {
  it('names its loopback, the address that was reached, or an allowed host, and no other name [PL-3]', async () => {
    await using server = await boundTo('0.0.0.0', '127.0.0.5', { ALLOWED_HOSTS: 'taskloom.example.org' });
    const { port } = new URL(server.url);
    const key = bearer(server.firstKey);
    const expected = {
      [`127.0.0.5:${port}`]: 200,
      [`localhost:${port}`]: 200,
      'taskloom.example.org': 200,
      [`taskloom.example.org:${port}`]: 200,
      [`127.0.0.6:${port}`]: 403,
      [`evil.example.org:${port}`]: 403,
      [`127.0.0.5.evil.example:${port}`]: 403,
    };
    for (const [host, status] of Object.entries(expected)) {
      expect([host, await statusFor(`${server.url}/metrics`, host, key)]).toEqual([host, status]);
      // Before anything is said of keys.
      expect([host, await statusFor(`${server.url}/metrics`, host)]).toEqual([host, status === 200 ? 401 : 403]);
    }
  });
});
