import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Schema {
  $ref?: string;
  type?: string;
  description?: string;
  example?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
}

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: {
    name: string;
    in: string;
    description?: string;
    schema?: Schema & { example?: unknown };
    example?: unknown;
  }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

describe('the OpenAPI document', () => {
  let server: TestServer;
  let document: Document;
  let operations: [string, Operation][];

  beforeAll(async () => {
    server = await runServer();
    document = (await request<Document & Record<string, unknown>>('GET', `${server.url}/docs-json`)).body;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
    );
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('has every route [API-1]', () => {
    expect(operations.map(([name]) => name).sort()).toEqual([
      'delete /agents/{id}',
      'delete /jobs/{id}',
      'delete /keys/{id}',
      'delete /knowledge/{id}',
      'delete /schedules/{id}',
      'delete /tasks/{id}',
      'delete /webhooks/{id}',
      'get /agents',
      'get /agents/{id}',
      'get /approvals',
      'get /approvals/{id}',
      'get /audit',
      'get /audit/export',
      'get /dead-letters',
      'get /health',
      'get /health/live',
      'get /health/ready',
      'get /jobs',
      'get /jobs/{id}',
      'get /jobs/{id}/events',
      'get /jobs/{id}/why',
      'get /keys',
      'get /knowledge',
      'get /knowledge/{id}',
      'get /metrics',
      'get /schedules',
      'get /schedules/{id}',
      'get /tasks',
      'get /tasks/{id}',
      'get /tasks/{id}/archive',
      'get /tasks/{id}/briefing',
      'get /tasks/{id}/compare',
      'get /tasks/{id}/context',
      'get /tasks/{id}/diff',
      'get /tasks/{id}/events',
      'get /tasks/{id}/explain',
      'get /tasks/{id}/files',
      'get /tasks/{id}/files/{path}',
      'get /tasks/{id}/plan',
      'get /tasks/{id}/replay',
      'get /tasks/{id}/state',
      'get /tasks/{id}/versions',
      'get /tasks/{id}/why',
      'get /webhooks',
      'get /webhooks/{id}',
      'get /webhooks/{id}/deliveries',
      'get /work-items',
      'get /workers',
      'post /agents',
      'post /agents/{id}/heartbeat',
      'post /agents/{id}/take',
      'post /approvals/{id}/decision',
      'post /dead-letters/{id}/drop',
      'post /jobs',
      'post /jobs/{id}/retry',
      'post /keys',
      'post /lam/message',
      'post /messages',
      'post /schedule',
      'post /schedules',
      'post /tasks',
      'post /tasks/{id}/answers',
      'post /tasks/{id}/bug-reports',
      'post /tasks/{id}/code',
      'post /tasks/{id}/fork',
      'post /tasks/{id}/interventions',
      'post /tasks/{id}/pause',
      'post /tasks/{id}/plan/decision',
      'post /tasks/{id}/resume',
      'post /webhooks',
      'post /webhooks/{id}/deliveries/{deliveryId}/redeliver',
      'post /webhooks/{id}/resume',
      'post /work-items/claim',
      'post /work-items/{id}/answer',
      'post /work-items/{id}/release',
      'put /jobs/{id}/steps/{step}',
      'put /knowledge/{id}',
      'put /tasks/{id}/plan',
    ]);
  });

  it('says what every operation does, takes and answers [API-7]', () => {
    const lacking = operations.flatMap(([name, { summary, description, tags, parameters = [], responses }]) => [
      ...(summary && description && tags?.length ? [] : [`${name}: summary, description or tag`]),
      ...parameters
        .filter((parameter) => !parameter.description || !parameter.schema)
        .map((parameter) => `${name}: parameter ${parameter.name}`),
      ...Object.entries(responses)
        .filter(([, response]) => !response.description)
        .map(([status]) => `${name}: answer ${status}`),
    ]);
    expect(lacking).toEqual([]);
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('documents the errors of every operation as problem details [API-4] [API-7]', () => {
    for (const [name, { responses, requestBody }] of operations) {
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      expect(errors.length).toBeGreaterThanOrEqual(2);
      for (const [status, { content }] of errors) {
        expect([name, status, content?.['application/problem+json']?.schema.$ref]).toEqual([
          name,
          status,
          '#/components/schemas/ProblemDto',
        ]);
      }
      if (requestBody) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '415']));
      if (name.includes('{id}')) expect(Object.keys(responses)).toContain('404');
    }
  });

  it('describes every field with an example [API-7]', () => {
    const lacking = Object.entries(document.components.schemas).flatMap(([schema, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, field]) => !field.description || field.example === undefined)
        .map(([field]) => `${schema}.${field}`),
    );
    expect(lacking).toEqual([]);
  });

  it('tells exactly what must be given', () => {
    const required = (name: string) => document.components.schemas[name]?.required ?? [];
    expect(required('NewTaskDto')).toEqual(['prompt']);
    expect(required('NewFileDto')).toEqual(['path', 'content']);
    expect(required('ClaimDto')).toEqual(['by']);
    expect(required('AnswerDto')).toEqual(['leaseToken', 'answer']);
    expect(required('ProblemDto')).not.toContain('details');
  });

  it('points nowhere that is not in it [API-7]', () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('shows what the server really answers: no field more, none less [API-3] [API-7]', async () => {
    const fieldsOf = (name: string) => Object.keys(document.components.schemas[name]?.properties ?? {}).sort();
    const task = await request('POST', `${server.url}/tasks`, {
      prompt: 'x',
      taskId: 'a',
      modules: [{ path: 'a.js' }],
    });
    expect(Object.keys(task.body).sort()).toEqual(fieldsOf('TaskDto'));
    await request('POST', `${server.url}/tasks`, {
      prompt: 'x',
      taskId: 'c',
      modules: [{ path: 'a.js' }],
      files: [{ path: 'given.js', content: 'x' }],
    });
    expect(Object.keys(task.body.links as object).sort()).toEqual(fieldsOf('TaskLinksDto'));
    const state = await request('GET', `${server.url}/tasks/a/state`);
    expect(Object.keys(state.body).sort()).toEqual(fieldsOf('TaskStateDto'));
    const { body } = await request<{ events: object[] }>('GET', `${server.url}/tasks/a/events`);
    expect(Object.keys(body.events[0] ?? {}).sort()).toEqual(fieldsOf('EventDto'));
    const code = await request<{ versions: object[] }>('GET', `${server.url}/tasks/c/versions`);
    expect(Object.keys(code.body).sort()).toEqual(fieldsOf('CodeVersionsDto'));
    const [version] = code.body.versions as [{ files: [object] }];
    expect(Object.keys(version).sort()).toEqual(fieldsOf('CodeVersionDto'));
    expect(Object.keys(version.files[0]).sort()).toEqual(fieldsOf('VersionedFileDto'));
    const diff = await request('GET', `${server.url}/tasks/c/diff?format=json`);
    expect(Object.keys(diff.body).sort()).toEqual(fieldsOf('CodeDiffDto'));
    const explained = await request<{ lines: [{ change: object }] }>(
      'GET',
      `${server.url}/tasks/c/explain?path=given.js`,
    );
    expect(Object.keys(explained.body).sort()).toEqual(fieldsOf('FileExplanationDto'));
    expect(Object.keys(explained.body.lines[0]).sort()).toEqual(fieldsOf('LinesExplanationDto'));
    expect(Object.keys(explained.body.lines[0].change).sort()).toEqual(fieldsOf('ChangeExplanationDto'));
    const replay = await request<{ steps: object[] }>('GET', `${server.url}/tasks/a/replay`);
    expect(Object.keys(replay.body.steps[0] ?? {}).sort()).toEqual(fieldsOf('TaskStepDto'));
    const fork = await request<{ forkedFrom: object }>('POST', `${server.url}/tasks/a/fork`, { taskId: 'b' });
    expect(Object.keys(fork.body.forkedFrom).sort()).toEqual(fieldsOf('ForkedFromDto'));
    const compared = await request<{ otherEvent: object }>('GET', `${server.url}/tasks/a/compare?with=b`);
    expect(Object.keys(compared.body).sort()).toEqual(fieldsOf('ComparisonDto'));
    expect(Object.keys(compared.body.otherEvent).sort()).toEqual(fieldsOf('PartingEventDto'));
    const claim = await request<{ item: object }>('POST', `${server.url}/work-items/claim`, {
      by: 'x',
      waitMs: 10_000,
    });
    expect(Object.keys(claim.body.item).sort()).toEqual(fieldsOf('ClaimedWorkItemDto'));
    const health = await request('GET', `${server.url}/health`);
    expect(Object.keys(health.body).sort()).toEqual(fieldsOf('HealthDto'));
  });

  it('comes with a page to read it, served without any other site [API-1]', async () => {
    const page = await (await fetch(`${server.url}/docs`)).text();
    expect(page).toContain('Taskloom');
    const scripts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, address]) => new URL(address ?? '', `${server.url}/docs`),
    );
    expect(scripts.length).toBeGreaterThan(2);
    for (const address of scripts) {
      expect(address.origin).toBe(server.url);
      expect((await fetch(address)).status).toBe(200);
    }
  });
});
