import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { broken, oddValues, valuesOf } from '../support/arbitrary-json.ts';
import { type NamedOperation, type OpenApiDocument, operationsOf, type Parameter } from '../support/open-api.ts';
import { request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

/** Requests for each operation; more for a longer look: REQUEST_RUNS=500. */
const runs = Number(process.env.REQUEST_RUNS ?? 6);
const LONGEST_ANSWER_MS = 10_000;

interface Made {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

describe('requests made from the OpenAPI document', () => {
  let server: TestServer;
  let document: OpenApiDocument;
  let operations: readonly NamedOperation[];
  const ids: Record<string, string> = {};
  const validators = new Map<string, ValidateFunction>();
  const ajv = new Ajv2020({ strict: false, validateFormats: false });

  beforeAll(async () => {
    // Webhooks go nowhere: no network is allowed, and nothing waits long.
    server = await runServer({ SUBMIT_WAIT_MS: '0', MAX_QUEUE: '1000' });
    document = (await request<OpenApiDocument & Record<string, unknown>>('GET', `${server.url}/docs-json`)).body;
    operations = operationsOf(document);
    ajv.addSchema({ $id: 'api', components: document.components });
    const modules = [{ path: 'a.js', description: 'Exports a' }];
    const files = [{ path: 'src/slugify.js', content: 'export const a = 1;\n' }];
    ids.task = String(
      (await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: 'known', modules, files })).body.taskId,
    );
    ids.item = String(
      (await request<{ item: { id: string } }>('POST', `${server.url}/work-items/claim`, { by: 'x', waitMs: 10_000 }))
        .body.item.id,
    );
    ids.webhook = String(
      (await request('POST', `${server.url}/webhooks`, { url: 'https://192.0.2.1.invalid/' })).body.id,
    );
  });

  afterAll(() => server[Symbol.asyncDispose]());

  /** Ids that are there, so that requests get behind the first door. */
  const idsOf = ({ path }: NamedOperation): fc.Arbitrary<unknown> => {
    const known = path.startsWith('/tasks') ? ids.task : path.startsWith('/work-items') ? ids.item : ids.webhook;
    return fc.oneof(
      { weight: 3, arbitrary: fc.constant(known ?? 'none') },
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    );
  };

  const parametersOf = (operation: NamedOperation, place: Parameter['in'], odd: boolean) => {
    const named = (operation.parameters ?? []).filter((each) => each.in === place);
    const fields = named.map((each): [string, fc.Arbitrary<unknown>] => {
      if (each.name === 'id') return [each.name, idsOf(operation)];
      const right = valuesOf(document, each.schema);
      return [each.name, odd && place !== 'path' ? fc.oneof(right, oddValues) : right];
    });
    const requiredKeys = named.filter(({ required }) => required && !odd).map(({ name }) => name);
    return fc.record(Object.fromEntries(fields), {
      requiredKeys: place === 'path' ? named.map(({ name }) => name) : requiredKeys,
    });
  };

  const requestsFor = (operation: NamedOperation, odd: boolean): fc.Arbitrary<Made> => {
    const schema = operation.requestBody?.content['application/json']?.schema;
    const bodies = schema ? valuesOf(document, schema) : fc.constant(undefined);
    return fc.record({
      path: parametersOf(operation, 'path', odd),
      query: parametersOf(operation, 'query', odd),
      headers: parametersOf(operation, 'header', odd),
      body: schema && odd ? fc.oneof(bodies, broken(bodies)) : bodies,
    });
  };

  const send = async ({ method, path }: NamedOperation, made: Made): Promise<Response> => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(made.path[name])));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(made.query)) {
      if (Array.isArray(value)) for (const each of value) query.append(name, textOf(each));
      else if (typeof value === 'object' && value !== null)
        for (const [key, each] of Object.entries(value)) query.append(`${name}[${key}]`, textOf(each));
      else query.append(name, textOf(value));
    }
    const headers = Object.entries(made.headers)
      .map(([name, value]) => [name, textOf(value)] as const)
      .filter(([, value]) => /^[\x21-\x7e]{1,200}$/.test(value));
    return fetch(`${server.url}${filled}?${query.toString()}`, {
      method,
      headers: {
        ...Object.fromEntries(headers),
        ...(made.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(made.body === undefined ? {} : { body: JSON.stringify(made.body) }),
      signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    });
  };

  const check = async (operation: NamedOperation, made: Made): Promise<void> => {
    const answer = await send(operation, made);
    const { status } = answer;
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const text = await answer.text();
    const what = { operation: operation.operationId, status, text: text.slice(0, 500) };
    expect({ ...what, isOurFault: status === 500 }).toEqual({ ...what, isOurFault: false });
    // A path that names another route, or none, is answered by that one.
    if (status === 405 || text.includes('API_ROUTE_NOT_FOUND')) return;
    const documented = operation.responses[status];
    expect({ ...what, documented: documented !== undefined }).toEqual({ ...what, documented: true });
    if (status === 204) return;
    const schema = documented?.content?.[type]?.schema;
    expect({ ...what, type, described: schema !== undefined }).toEqual({ ...what, type, described: true });
    if (!type.endsWith('json')) return;
    const key = `${operation.operationId} ${status} ${type}`;
    const validate =
      validators.get(key) ??
      ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as object);
    validators.set(key, validate);
    // JSON Lines are described line by line.
    const values = type === 'application/x-ndjson' ? text.split('\n').filter((line) => line !== '') : [text];
    for (const value of values) {
      const fits = validate(JSON.parse(value));
      expect({ ...what, errors: fits ? null : ajv.errorsText(validate.errors) }).toEqual({ ...what, errors: null });
    }
  };

  it('are answered as it says, and never by 500: with what it allows, and with what it does not [API-2] [API-4] [API-7]', async () => {
    for (const odd of [false, true]) {
      // What ends the things that the others are about comes last.
      const ending = (each: NamedOperation) => each.method === 'DELETE';
      for (const operation of [...operations.filter((each) => !ending(each)), ...operations.filter(ending)]) {
        const made = requestsFor(operation, odd).map((each) => quick(operation, each));
        await fc.assert(
          fc.asyncProperty(made, (each) => check(operation, each)),
          { numRuns: runs, endOnFailure: true },
        );
      }
    }
    const alive = await request('GET', `${server.url}/health/live`);
    expect(alive.status).toBe(200);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  }, 600_000);
});

/** What would wait for long waits briefly. */
function quick({ operationId }: NamedOperation, made: Made): Made {
  const { body } = made;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return made;
  if (operationId === 'claimWorkItem' && 'waitMs' in body) return { ...made, body: { ...body, waitMs: 0 } };
  if (operationId === 'sendMessage' && 'timeoutMs' in body) return { ...made, body: { ...body, timeoutMs: 50 } };
  return made;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed() : (JSON.stringify(value) ?? '');
}
