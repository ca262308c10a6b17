import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Body, type DynamicModule, Get, Global, Module, Param, Post } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { testConfiguration } from '../../test/support/configuration.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { AppError } from '../kernel/errors.ts';
import { NeedsRole, PolicyModule } from '../policy/index.ts';
import { StorageModule } from '../storage/index.ts';
import { fastifyOptions } from './fastify-options.ts';
import { ObjectListField, TextField } from './fields.dto.ts';
import { configureApi } from './http.adapter.ts';
import type { Problem } from './problem.ts';
import { RestController } from './rest.adapter.ts';

class InnerDto {
  @TextField({ description: 'a name', example: 'x' })
  name!: string;
}

class OuterDto {
  @TextField({ description: 'a text', example: 'x', optional: true })
  text?: string;

  @ObjectListField(() => InnerDto, { description: 'things', example: [], maxItems: 3, optional: true })
  things?: InnerDto[];
}

class SecretError extends AppError {
  readonly code = 'SECRET';
  readonly kind = 'internal';
}

@RestController('things', 'things')
@NeedsRole('viewer')
class ThingsController {
  @Post()
  echo(@Body() body: OuterDto): unknown {
    return { echo: body };
  }

  @Get('broken')
  broken(): never {
    throw new Error('the password is hunter2');
  }

  @Get('broken-inside')
  brokenInside(): never {
    throw new SecretError('the password is hunter2', { password: 'hunter2' });
  }

  @Get(':id')
  show(@Param('id') id: string): unknown {
    return { id };
  }
}

@Global()
@Module({})
class ThingsModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: ThingsModule,
      imports: [StorageModule, PolicyModule],
      controllers: [ThingsController],
      providers: [{ provide: CONFIGURATION, useValue: configuration }],
      exports: [CONFIGURATION],
    };
  }
}

describe('every route', () => {
  let app: NestFastifyApplication;
  let url: string;
  const directory = temporaryDirectory();

  beforeAll(async () => {
    const configuration = testConfiguration({ DATA_DIR: directory.path, BODY_MAX_BYTES: '200000' });
    const module = await Test.createTestingModule({ imports: [ThingsModule.forRoot(configuration)] }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(fastifyOptions(configuration)), {
      logger: false,
    });
    configureApi(app, configuration);
    await app.listen(0, '127.0.0.1');
    url = (await app.getUrl()).replace('localhost', '127.0.0.1');
  });

  afterAll(async () => {
    await app.close();
    directory[Symbol.dispose]();
  });

  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${url}/things`, { method: 'POST', headers, body });

  async function problem(response: Response): Promise<Problem> {
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const body = (await response.json()) as Problem;
    expect(body.status).toBe(response.status);
    expect(body.correlationId).toBe(response.headers.get('x-correlation-id'));
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['type', 'title', 'status', 'detail', 'instance', 'code', 'errors', 'correlationId']),
    );
    return body;
  }

  it('gives the body on as it came when nothing is wrong with it', async () => {
    const body = { text: 'Zoë 🧵', things: [{ name: 'a' }] };
    const response = await post(JSON.stringify(body));
    expect(await response.json()).toEqual({ echo: body });
  });

  it('says everything that is wrong at once, with its path [API-2]', async () => {
    const body = { text: 5, more: 1, things: [{ name: 'a' }, { nam: 'b' }] };
    const { status, code, errors } = await problem(await post(JSON.stringify(body)));
    expect({ status, code }).toEqual({ status: 400, code: 'INVALID_INPUT' });
    expect(errors.map(({ path }) => path).sort()).toEqual(
      expect.arrayContaining(['more', 'text', 'things[1].nam', 'things[1].name']),
    );
    expect(errors.find(({ path }) => path === 'more')?.message).toBe('is not a known field: leave it out');
  });

  it.each([
    ['a list', '[]'],
    ['a list of things', '[{"text":"a"}]'],
    ['null in a list', '{"things":[null]}'],
    ['a list in a list', '{"things":[[]]}'],
    ['null for an optional field', '{"text":null}'],
    ['a text', '"text"'],
    ['a number', '7'],
    ['malformed JSON', '{"text":'],
    ['nothing at all', ''],
    ['a prototype', '{"__proto__":{"admin":true}}'],
    ['a prototype deep inside', '{"things":[{"name":"a","__proto__":{"x":1}}]}'],
    ['a constructor', '{"constructor":{"prototype":{"admin":true}}}'],
    ['a constructor that is a text', '{"things":[{"name":"a","constructor":"x"}]}'],
    ['half a character', '{"text":"\\ud800"}'],
    ['a bomb of lists', `{"text":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['a bomb of objects', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
  ])('refuses %s with 400 and goes on [API-2] [API-4]', async (_what, body) => {
    expect((await problem(await post(body))).status).toBe(400);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    expect((await post('{"text":"a"}')).status).toBe(201);
  });

  it('takes a null body for an empty one', async () => {
    expect(await (await post('null')).json()).toEqual({ echo: {} });
  });

  it('refuses a body above the limit with both numbers, also when it does not say its length [API-4]', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(200_000) });
    const told = await problem(await post(body));
    expect(told.status).toBe(413);
    expect(told.detail).toContain(String(body.length));
    expect(told.detail).toContain('200000');
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(`${url}/things`, { method: 'POST', headers: { 'content-type': 'application/json' } });
      request.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject);
      request.write(body);
      request.end();
    });
    expect(chunked).toBe(413);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx', 'nonsense'])(
    'refuses a body of type %s with 415 [API-4]',
    async (type) => {
      expect((await problem(await post('{"text":"a"}', { 'content-type': type }))).status).toBe(415);
    },
  );

  it('knows no other path, and says which methods a known one has [API-4]', async () => {
    expect((await problem(await fetch(`${url}/nothing?here=1`))).instance).toBe('/nothing');
    const response = await fetch(`${url}/things`, { method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('POST');
    expect((await problem(response)).status).toBe(405);
    expect((await problem(await fetch(`${url}/things/`, { method: 'POST' }))).status).toBeGreaterThanOrEqual(404);
  });

  it.each(['/things/%zz', '/things/%', `/things/${'x'.repeat(5000)}`])(
    'refuses a path that cannot be read: %# [API-4]',
    async (path) => {
      const response = await fetch(`${url}${path}`);
      expect([400, 404, 414]).toContain(response.status);
      await problem(response);
    },
  );

  it('says nothing of the inside when something breaks, but where to find it [API-4]', async () => {
    for (const path of ['broken', 'broken-inside']) {
      const response = await fetch(`${url}/things/${path}`, { headers: { 'x-correlation-id': 'mine-1' } });
      const text = await response.clone().text();
      expect((await problem(response)).correlationId).toBe('mine-1');
      expect(response.status).toBe(500);
      expect(text).not.toMatch(/hunter2|\.ts|at /);
    }
  });

  it('echoes a harmless correlation id and replaces any other [API-4]', async () => {
    const idOf = async (id: string) =>
      (await fetch(`${url}/things/1`, { headers: { 'x-correlation-id': id } })).headers.get('x-correlation-id');
    expect(await idOf('a.b-c_1')).toBe('a.b-c_1');
    expect(await idOf('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('reads ids in paths as data [API-3]', async () => {
    for (const id of ['a/b', '../x', 'ä 🧵', '%', 'a?b#c', 'a%2Fb']) {
      const response = await fetch(`${url}/things/${encodeURIComponent(id)}`);
      expect(await response.json()).toEqual({ id });
    }
  });

  it('answers only to its own name and to its own pages, on every path [PL-3]', async () => {
    const port = new URL(url).port;
    const status = (path: string, headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    for (const path of ['/things/1', '/docs', '/docs-json', '/docs/swagger-ui.css', '/nothing', '//things/1']) {
      expect(await status(path, { host: `evil.example:${port}` })).toBe(403);
      expect(await status(path, { host: `127.0.0.1:${port}`, origin: 'http://evil.example' })).toBe(403);
      expect(await status(path, { host: `127.0.0.1:${port}`, origin: 'null' })).toBe(403);
      expect(await status(path, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).not.toBe(403);
    }
    expect(await status('/things/1', { host: '127.0.0.1' })).toBe(403);
  });

  it('survives what is no HTTP at all [API-4]', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end('NONSENSE\r\n\r\n'));
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('close', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*correlationId/);
    expect((await fetch(`${url}/things/1`)).status).toBe(200);
  });
});
