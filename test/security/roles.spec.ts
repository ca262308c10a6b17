import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { io, type Socket } from 'socket.io-client';
import { requestNames } from '../../src/gateway/requests.ts';
import { type Role, roles } from '../../src/kernel/roles.ts';
import { Access, neededRolesOf, permits } from '../../src/policy/index.ts';
import { ask } from '../support/live-server.ts';
import { eventually } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

jest.setTimeout(60_000);

interface Route {
  readonly method: string;
  readonly path: string;
  readonly needed: ReturnType<typeof neededRolesOf>;
}

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'ALL', 'OPTIONS', 'HEAD', 'SEARCH'];

/** Every handler that Nest has a route for, with what its decorators say. */
function routesOf({ app }: TestServer): readonly Route[] {
  const scanner = app.get(MetadataScanner, { strict: false });
  return app
    .get(DiscoveryService, { strict: false })
    .getControllers()
    .flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, object>;
      const base = String(Reflect.getMetadata('path', metatype));
      return scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name];
        if (!handler || !Reflect.hasMetadata('method', handler)) return [];
        const method = methods[Number(Reflect.getMetadata('method', handler))] ?? 'GET';
        const path = `/${base}/${String(Reflect.getMetadata('path', handler))}`
          .replaceAll(/\/+/g, '/')
          .replace(/\/$/, '');
        return [
          { method, path: path.replaceAll(/:\w+/g, 'x').replace('*', 'x'), needed: neededRolesOf(handler, metatype) },
        ];
      });
    });
}

/** Asks exactly this path, which fetch would tidy up. */
function statusOf(url: string, method: string, path: string, key?: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), connection: 'close' };
    httpRequest({ hostname, port, method, path, headers }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    })
      .on('error', reject)
      .end();
  });
}

/** Other ways to write a path, which a guard that compares paths would let through. */
const disguises = (path: string): readonly string[] => [
  `${path}/`,
  `/${path}`,
  path.replace('/', '/./'),
  path.replace('/', '/x/../'),
  path.toUpperCase(),
  `${path}%2f`,
  path.replace(/^\/(.)/, (_, first: string) => `/%${first.charCodeAt(0).toString(16)}`),
  `${path};x=1`,
  `${path}?x=1`,
  `${path}%00`,
  `${path}..;/`,
  `/docs/..${path}`,
  `/docs/%2e%2e${path}`,
  `/health/live/..${path}`,
];

describe('a server on which everybody needs a key (PL-3)', () => {
  let server: TestServer;
  let routes: readonly Route[];
  const keys = new Map<Role, string>();

  beforeAll(async () => {
    server = await runServer({ REQUIRE_KEYS: 'on', RATE_LIMIT_PER_SECOND: '100000', RATE_LIMIT_BURST: '100000' });
    routes = routesOf(server);
    for (const role of roles) {
      const request = { name: role, role, createdBy: 'test', expiresAt: null };
      keys.set(role, (await server.app.get(Access).keys.create(request)).key);
    }
  });

  afterAll(() => server[Symbol.asyncDispose]());

  async function socketOf(key?: string): Promise<Socket & Disposable> {
    const socket = io(server.url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { token: key },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() });
  }

  it('answers no route without a key but whether it lives, however the path is written [PL-3]', async () => {
    expect(routes.length).toBeGreaterThan(30);
    const open: string[] = [];
    for (const { method, path } of routes) {
      const asked = [path, ...disguises(path)];
      const alike = method === 'GET' ? [method, 'HEAD'] : [method];
      for (const each of alike) {
        const statuses = await Promise.all(asked.map((one) => statusOf(server.url, each, one)));
        for (const [index, status] of statuses.entries()) {
          if (status !== 401 && status !== 400) open.push(`${each} ${asked[index]} ${status}`);
        }
      }
    }
    const live = /^(GET|HEAD) \/{1,2}(%68|h)ealth\/live(\?x=1)? 200$/;
    // The documentation is open; its files refuse every way that leads out of them.
    const outOfDocs = /^(GET|HEAD) \/docs\/(\.\.|%2e%2e)\/\S+ 403$/;
    expect(open.filter((each) => !live.test(each) && !outOfDocs.test(each))).toEqual([]);
    expect(open).toContain('GET /health/live 200');
  });

  it('says of every route which role it needs, and answers 403 to every other [PL-3]', async () => {
    for (const { method, path, needed } of routes) {
      expect([method, path, needed]).not.toEqual([method, path, undefined]);
      if (needed === undefined || needed === 'open') continue;
      for (const role of roles) {
        const status = await statusOf(server.url, method, path, keys.get(role));
        expect([method, path, role, status === 403]).toEqual([method, path, role, !permits(role, needed)]);
        expect(status).not.toBe(401);
        expect(status).toBeLessThan(500);
      }
    }
  });

  it('lets nobody but admins make, list and revoke keys, and says to others what is missing [PL-3]', async () => {
    const call = (role: Role | null, method: string, path: string, body?: object) =>
      fetch(`${server.url}${path}`, {
        method,
        headers: {
          ...(role === null ? {} : { authorization: `Bearer ${keys.get(role)}` }),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const refused = await call('operator', 'POST', '/keys', { name: 'mine', role: 'admin' });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'ACCESS_ROLE_DENIED',
      details: { role: 'operator', needed: ['admin'] },
    });
    const unknown = await call(null, 'GET', '/keys');
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="taskloom"']);
    expect(await unknown.json()).toMatchObject({ code: 'ACCESS_KEY_MISSING', status: 401 });

    const made = (await (await call('admin', 'POST', '/keys', { name: 'mine', role: 'viewer' })).json()) as {
      id: string;
      key: string;
    };
    expect(made).toMatchObject({ name: 'mine', role: 'viewer', createdBy: 'admin', revokedAt: null });
    expect(await statusOf(server.url, 'GET', '/tasks', made.key)).toBe(200);
    const listed = await (await call('admin', 'GET', '/keys')).text();
    expect(listed).toContain(made.id);
    expect(listed).not.toContain(made.key);
    for (let times = 0; times < 2; times++)
      expect((await call('admin', 'DELETE', `/keys/${made.id}`)).status).toBe(200);
    expect(await statusOf(server.url, 'GET', '/tasks', made.key)).toBe(401);
    expect((await call('admin', 'DELETE', '/keys/unknown')).status).toBe(404);
    for (const body of [
      {},
      { name: 'x', role: 'root' },
      { name: '', role: 'viewer' },
      { name: 'x', role: 'viewer', id: 1 },
    ]) {
      expect((await call('admin', 'POST', '/keys', body)).status).toBe(400);
    }
  });

  it('takes no socket in without a key, and says why in a typed error [PL-3]', async () => {
    await expect(socketOf()).rejects.toMatchObject({ data: { code: 'ACCESS_KEY_MISSING' } });
    for (const key of ['guess', `tlk_${'0'.repeat(16)}_${'A'.repeat(43)}`, 'e30.e30.', 'x'.repeat(10_000)]) {
      await expect(socketOf(key)).rejects.toMatchObject({ data: { code: 'ACCESS_KEY_REFUSED' } });
    }
  });

  it('lets every socket message through to whom it is for, and answers all others with a typed error [PL-3]', async () => {
    const needs = (name: string): Role =>
      /^(worker|agent):/.test(name)
        ? 'worker'
        : ['subscribe', 'unsubscribe', 'getState'].includes(name)
          ? 'viewer'
          : 'operator';
    for (const role of roles) {
      using socket = await socketOf(keys.get(role));
      for (const name of requestNames) {
        const { ok, error } = await ask(socket, name, {});
        const denied = !ok && error?.code === 'ACCESS_ROLE_DENIED';
        expect([role, name, denied]).toEqual([role, name, !permits(role, [needs(name)])]);
      }
    }
  });

  it('ends sockets and streams of a key that is revoked, and no others [PL-3]', async () => {
    const { keys: store, held } = server.app.get(Access);
    const create = (name: string) => store.create({ name, role: 'admin', createdBy: 'test', expiresAt: null });
    const [ending, staying] = [await create('ending'), await create('staying')];
    using socket = await socketOf(ending.key);
    using other = await socketOf(staying.key);
    const said = new Promise((resolve) => socket.once('system', resolve));
    const left = new Promise((resolve) => socket.once('disconnect', resolve));
    const post = {
      method: 'POST',
      headers: { authorization: `Bearer ${ending.key}`, 'content-type': 'application/json' },
    };
    await fetch(`${server.url}/tasks`, { ...post, body: JSON.stringify({ taskId: 'streamed', prompt: 'x' }) });
    const stream = await fetch(`${server.url}/tasks/streamed/events`, {
      headers: { authorization: `Bearer ${ending.key}`, accept: 'text/event-stream' },
    });
    const broken = expect(stream.text()).rejects.toThrow();
    const revoked = await fetch(`${server.url}/keys/${ending.record.id}`, {
      ...post,
      method: 'DELETE',
      headers: { authorization: post.headers.authorization },
    });
    expect(revoked.status).toBe(200);
    expect(await said).toMatchObject({ level: 'error', code: 'ACCESS_KEY_ENDED' });
    await Promise.all([left, broken]);
    await expect(socketOf(ending.key)).rejects.toMatchObject({ data: { code: 'ACCESS_KEY_REFUSED' } });
    expect(await ask(other, 'getState', { taskId: 'streamed' })).toMatchObject({ ok: true });
    await eventually(
      () => Promise.resolve(held.size),
      (size) => size <= 1,
    );
  });
});
