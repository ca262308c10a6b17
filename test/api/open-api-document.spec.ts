import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  fieldsOf,
  type NamedOperation,
  type OpenApiDocument,
  operationsOf,
  resolve,
  type Schema,
} from '../support/open-api.ts';
import { request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const typesOf = ({ type }: Schema): readonly string[] => [type ?? []].flat();

/** What keeps a value of this schema from growing or ranging without an end; null: something does. */
function withoutLimit(document: OpenApiDocument, schema: Schema): string | null {
  const { $ref, enum: values, oneOf, anyOf, allOf, format, pattern, maxLength, minimum, maximum } = schema;
  if ($ref !== undefined || values || schema.const !== undefined) return null;
  const inner = [oneOf, anyOf, allOf].flatMap((each) => each ?? []);
  if (inner.length > 0)
    return inner.map((each) => withoutLimit(document, each)).find((found) => found !== null) ?? null;
  const types = typesOf(schema);
  if (types.includes('string') && maxLength === undefined && format === undefined && pattern === undefined)
    return 'maxLength';
  if (
    types.some((type) => type === 'integer' || type === 'number') &&
    (minimum === undefined || maximum === undefined)
  ) {
    return 'minimum and maximum';
  }
  if (types.includes('array'))
    return schema.maxItems === undefined ? 'maxItems' : withoutLimit(document, schema.items ?? {});
  if (types.includes('object') && typeof schema.additionalProperties === 'object') {
    return schema.maxProperties === undefined ? 'maxProperties' : withoutLimit(document, schema.additionalProperties);
  }
  return null;
}

describe('the OpenAPI document as a whole', () => {
  let server: TestServer;
  let document: OpenApiDocument;
  let operations: readonly NamedOperation[];
  let ajv: Ajv2020;

  beforeAll(async () => {
    server = await runServer();
    document = (await request<OpenApiDocument & Record<string, unknown>>('GET', `${server.url}/docs-json`)).body;
    operations = operationsOf(document);
    ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ $id: 'api', components: document.components });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const problemsOf = (schema: Schema, value: unknown): string | null => {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as object;
    const validate = ajv.compile(absolute);
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };

  it('is valid OpenAPI 3.1 by a public validator [API-7]', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...document });
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe('3.1');
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  it('names every operation in one word of its own, and explains its tags [API-7]', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)*$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    const explained = new Set(document.tags?.flatMap(({ name, description }) => (description ? [name] : [])));
    for (const { operationId, summary, description, tags = [] } of operations) {
      expect({ operationId, summary: Boolean(summary), description: Boolean(description) }).toEqual({
        operationId,
        summary: true,
        description: true,
      });
      expect({ operationId, tags: tags.filter((tag) => explained.has(tag)).length }).toEqual({ operationId, tags: 1 });
    }
  });

  it('gives every parameter and every field of a body a description, an example and limits [API-7]', () => {
    const lacking: string[] = [];
    for (const { operationId, parameters = [], requestBody } of operations) {
      for (const { name, description, schema, example = schema.example } of parameters) {
        const limit = withoutLimit(document, schema);
        if (!description || example === undefined) lacking.push(`${operationId}: ${name}: description or example`);
        if (limit) lacking.push(`${operationId}: ${name}: ${limit}`);
      }
      for (const { schema } of Object.values(requestBody?.content ?? {})) {
        for (const [place, field] of fieldsOf(document, [{ place: operationId, schema }])) {
          const limit = withoutLimit(document, field);
          if (!field.description || field.example === undefined) lacking.push(`${place}: description or example`);
          if (limit) lacking.push(`${place}: ${limit}`);
        }
      }
    }
    expect([...new Set(lacking)]).toEqual([]);
  });

  it('says that unknown fields of bodies are refused [API-2] [API-7]', () => {
    const open = operations.flatMap(({ operationId, requestBody }) =>
      Object.values(requestBody?.content ?? {})
        .filter(({ schema }) => resolve(document, schema).additionalProperties !== false)
        .map(() => operationId),
    );
    expect(open).toEqual([]);
    expect(document.components.schemas.NewFileDto?.additionalProperties).toBe(false);
  });

  it('gives every field of an answer a description and an example, and numbers their least value [API-7]', () => {
    const roots = operations.flatMap(({ operationId, responses }) =>
      Object.values(responses).flatMap(({ content = {} }) =>
        Object.values(content).map(({ schema }) => ({ place: operationId, schema })),
      ),
    );
    const lacking = [...fieldsOf(document, roots)].flatMap(([place, field]) => [
      ...(field.description && field.example !== undefined ? [] : [`${place}: description or example`]),
      ...(typesOf(field).some((type) => type === 'integer' || type === 'number') && field.minimum === undefined
        ? [`${place}: minimum`]
        : []),
    ]);
    expect(lacking).toEqual([]);
  });

  it('has no example that its own schema refuses [API-7]', () => {
    const wrong: string[] = [];
    const check = (place: string, schema: Schema, example: unknown) => {
      const problem = example === undefined ? null : problemsOf(schema, example);
      if (problem) wrong.push(`${place}: ${problem}`);
    };
    for (const { operationId, parameters = [], requestBody, responses } of operations) {
      for (const { name, schema, example = schema.example } of parameters)
        check(`${operationId}: ${name}`, schema, example);
      for (const each of [requestBody, ...Object.values(responses)]) {
        for (const [type, { schema, example = schema.example }] of Object.entries(each?.content ?? {})) {
          check(`${operationId}: ${type}`, schema, example);
        }
      }
    }
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      for (const [field, schema] of Object.entries(properties)) check(`${name}.${field}`, schema, schema.example);
    }
    expect(wrong).toEqual([]);
  });

  it('says of every operation what it answers, and gives every error its schema [API-4] [API-7]', () => {
    for (const { operationId, parameters = [], requestBody, responses } of operations) {
      const statuses = Object.keys(responses);
      const good = statuses.filter((status) => Number(status) < 400);
      expect({ operationId, good: good.length > 0 }).toEqual({ operationId, good: true });
      for (const status of good) {
        const described = status === '204' || Object.keys(responses[status]?.content ?? {}).length > 0;
        expect({ operationId, status, described }).toEqual({ operationId, status, described: true });
        for (const [name, header] of Object.entries(responses[status]?.headers ?? {})) {
          expect({ operationId, name, described: Boolean(header.description && header.schema.type) }).toEqual({
            operationId,
            name,
            described: true,
          });
        }
      }
      for (const status of statuses.filter((each) => Number(each) >= 400)) {
        const schema = responses[status]?.content?.['application/problem+json']?.schema;
        expect({
          operationId,
          status,
          schema: schema && resolve(document, schema) === document.components.schemas.ProblemDto,
        }).toEqual({ operationId, status, schema: true });
      }
      const wanted = [
        '403',
        '500',
        ...(requestBody ? ['400', '413', '415'] : []),
        ...(parameters.some((each) => each.in === 'path') ? ['404'] : []),
        ...(parameters.some((each) => each.in === 'query' || (each.in === 'header' && each.name !== 'x-correlation-id'))
          ? ['400']
          : []),
      ];
      expect({ operationId, missing: wanted.filter((status) => !statuses.includes(status)) }).toEqual({
        operationId,
        missing: [],
      });
    }
  });
});
