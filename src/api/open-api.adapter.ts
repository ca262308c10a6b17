import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, getSchemaPath, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { composeExamples } from './composed-examples.ts';
import { MOST_CHARACTERS } from './fields.dto.ts';
import { withPlanSchema } from './execution-plan.dto.ts';
import { REPLAYED_HEADER } from './idempotency-key.ts';
import { anyJson, withJsonSchemas } from './json-schemas.ts';
import { ProblemDto } from './problem.dto.ts';

const description = `Runs AI coding tasks on small local models and remote workers, and records every step as an immutable event.

Errors are problem details (RFC 9457) with a stable \`code\`; \`errors\` lists what is wrong where. Every answer carries an
\`x-correlation-id\`, the one you sent or a new one, which the log has too.`;

/** Swagger UI at /docs, the document at /docs-json and /docs-yaml. The document is made when it is first asked for. */
export function setUpDocumentation(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= documentOf(app)), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Taskloom API',
  });
}

function documentOf(app: NestFastifyApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Taskloom')
    .setDescription(description)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('tasks', 'Coding tasks: create, watch, steer, read the results')
    .addTag('work items', 'Model calls that wait for somebody to answer them')
    .addTag('jobs', 'Graphs of steps that agents do')
    .addTag('agents', 'Who does the steps of jobs, and how they speak')
    .addTag('approvals', 'Steps that people have to approve before they run')
    .addTag('audit', 'Who did what, and what came of it')
    .addTag('schedules', 'Jobs that are made later, once or again and again')
    .addTag('broker', 'Workers of the server and remote ones, and messages to them')
    .addTag('knowledge', 'What past tasks have taught: find it, put it right, forget it')
    .addTag('webhooks', 'Events that are sent to URLs, signed, and what came of it')
    .addTag('health', 'Whether the service works')
    .addTag('keys', 'Who may ask: make, list and revoke keys')
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        description: 'A key, or a signed token; programs of the same machine may need none',
      },
      'key',
    )
    .addSecurityRequirements('key')
    .addSecurityRequirements({})
    .build();
  const document = withPlanSchema(SwaggerModule.createDocument(app, info, { operationIdFactory }));
  Object.assign(document.components?.schemas ?? {}, { Json: anyJson(MOST_CHARACTERS) });
  composeExamples(document.components?.schemas ?? {});
  for (const operations of Object.values(document.paths)) {
    for (const operation of [operations.get, operations.put, operations.post, operations.delete]) {
      if (operation) completeOperation(operation);
    }
  }
  closeBodies(document);
  delete document.components?.schemas?.Object;
  return withJsonSchemas(document);
}

/** Unknown fields are refused in all that a body is made of. */
function closeBodies({ paths, components }: OpenAPIObject): void {
  const bodies = Object.values(paths).flatMap(({ put, post }) => [put?.requestBody, post?.requestBody]);
  const open = namesIn(bodies);
  for (const name of open) {
    const schema = components?.schemas?.[name];
    for (const inner of namesIn(schema)) open.add(inner);
    if (schema && 'properties' in schema) schema.additionalProperties ??= false;
  }
}

/** The schemas that a part of the document points to. */
function namesIn(part: unknown): Set<string> {
  const text = JSON.stringify(part) ?? '';
  return new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name));
}

/** For an operation that gives itself none: `listWebhooks` of WebhooksController.list. */
function operationIdFactory(controllerKey: string, methodKey: string): string {
  return `${methodKey}${controllerKey.replace(/Controller$/, '')}`;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** What Swagger leaves nameless, and the problems that every body may be answered with. */
function completeOperation(operation: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter)) continue;
    // OpenAPI has no wildcards: the rest of a path is its parameter `path`.
    if (parameter.name === '*') {
      parameter.name = 'path';
      parameter.description = 'A path as the list of files names it';
      parameter.schema = { type: 'string', minLength: 1, maxLength: 1024, example: 'src/slugify.js' };
    }
    // Beside `oneOf` the class of the property, which is Object, would be a second condition.
    const { schema } = parameter;
    if (parameter.in === 'query' && schema && 'type' in schema && schema.type === 'object') {
      parameter.style = 'deepObject';
      parameter.explode = true;
      // Swagger has lost it: an object's `required` is a list of its fields.
      parameter.required = false;
    }
    if (schema && 'oneOf' in schema) parameter.schema = { oneOf: schema.oneOf, example: schema.example as unknown };
  }
  if (takesIdempotencyKey(operation)) documentReplays(operation);
  if (!operation.requestBody) return;
  const schema = { $ref: getSchemaPath(ProblemDto) };
  for (const [status, reason] of Object.entries(bodyProblems)) {
    operation.responses[status] ??= { description: reason, content: { 'application/problem+json': { schema } } };
  }
}

function takesIdempotencyKey({ parameters = [] }: Operation): boolean {
  return parameters.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key');
}

function documentReplays({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (!status.startsWith('2') || !response || '$ref' in response) continue;
    response.headers = { ...response.headers, [REPLAYED_HEADER]: replayedHeader };
  }
  const schema = { $ref: getSchemaPath(ProblemDto) };
  const description = 'The Idempotency-Key was used with another request';
  responses[422] ??= { description, content: { 'application/problem+json': { schema } } };
}

const replayedHeader = {
  description: 'There when the answer is that of an earlier request with this Idempotency-Key',
  schema: { type: 'string', enum: ['true'], example: 'true' },
};

const bodyProblems: Readonly<Record<string, string>> = {
  400: 'The body is wrong: errors says what and where',
  413: 'The body is too long',
  415: 'The body is not JSON',
};
