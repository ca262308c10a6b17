import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Asked, GatedModel } from '../support/gated-model.ts';
import { ask, bareSocket, LiveServer } from '../support/live-server.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';

const testOf = (name: string) => `import test from 'node:test';
import assert from 'node:assert/strict';
import { ${name} } from './${name}.js';
test('${name} works', () => assert.equal(typeof ${name}(), 'number'));
`;
/** Whatever is asked for: a module that its tests accept, and tests that accept it. */
function obliging({ signature, path }: Asked): object {
  const name = (path ?? '').replace(/(\.test)?\.js$/, '');
  if (signature === 'WriteTests') return { path, code: testOf(name) };
  return { path, code: `export const ${name} = () => 1;\n` };
}
const plan = (...paths: string[]) => ({
  objective: 'Numbers',
  language: 'javascript',
  modules: paths.map((path) => ({ path, description: `exports ${path}`, dependsOn: [], testCases: ['is a number'] })),
});
const planned = (asked: Asked) => (asked.signature === 'PlanTask' ? plan('one.js', 'two.js') : obliging(asked));

const LLM_PRICES = 'qwen3:8b=2/10,mistral:7b=2/10';

let model: GatedModel;
let server: LiveServer;

beforeEach(async () => {
  model = await GatedModel.start(planned);
  server = await LiveServer.start({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: model.ollama.url, LLM_PRICES });
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

const create = async (body: object = {}): Promise<string> => {
  const { status, body: task } = await request('POST', `${server.url}/tasks`, { prompt: 'Two numbers', ...body });
  expect(status).toBe(201);
  return String(task.taskId);
};
const say = (taskId: string, what: string, body: object = {}) =>
  request('POST', `${server.url}/tasks/${taskId}/${what}`, body);
const show = async (taskId: string) => (await request('GET', `${server.url}/tasks/${taskId}`)).body;
const until = (taskId: string, status: string) =>
  eventually(
    () => request('GET', `${server.url}/tasks/${taskId}`),
    ({ body }) => body.status === status,
  );
const why = async (taskId: string) => (await request('GET', `${server.url}/tasks/${taskId}/why`)).body;
const planOf = async (taskId: string) => (await request('GET', `${server.url}/tasks/${taskId}/plan`)).body;
const typesOf = async (taskId: string) => (await eventsOf(server.url, taskId)).map(({ eventType }) => eventType);

describe('a task that is steered while it runs', () => {
  it('is paused with a call in flight, stays so across a restart, and goes on when resumed [TK-6, GW-4]', async () => {
    model.hold(({ path }) => path === 'one.js');
    const taskId = await create();
    await model.wasAsked(({ path }) => path === 'one.js');
    expect((await say(taskId, 'pause', { reason: 'lunch', by: 'ada' })).body).toMatchObject({
      status: 'paused',
      pause: { code: 'USER', reason: 'lunch', by: 'ada' },
    });
    model.release();
    const parked = await eventually(
      () => why(taskId),
      ({ detail }) => String(detail).includes('lunch'),
    );
    expect(parked).toMatchObject({ status: 'paused', waitsFor: 'resume' });
    // What was in flight ends and is recorded, and nothing is made of it.
    const countOf = (types: readonly string[], wanted: string) => types.filter((type) => type === wanted).length;
    const before = await eventually(
      () => typesOf(taskId),
      (types) => countOf(types, 'MODEL_CALL_COMPLETED') === countOf(types, 'MODEL_CALL_REQUESTED'),
    );
    expect(countOf(before, 'MODEL_CALL_REQUESTED')).toBeGreaterThan(countOf(before, 'CODE_GENERATED'));
    await server.stop();
    await server.start();
    expect(await show(taskId)).toMatchObject({ status: 'paused' });
    expect(await typesOf(taskId)).toEqual(before);
    using socket = await bareSocket(server.url);
    expect(await ask(socket, 'pause', { taskId })).toMatchObject({ ok: true });
    expect(await ask(socket, 'resume', { taskId, by: 'ada' })).toMatchObject({ ok: true, task: { pause: null } });
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
    expect((await typesOf(taskId)).filter((type) => type.startsWith('TASK_'))).toEqual([
      'TASK_CREATED',
      'TASK_STARTED',
      'TASK_PAUSED',
      'TASK_RESUMED',
      'TASK_COMPLETE',
    ]);
    expect(await ask(socket, 'pause', { taskId })).toMatchObject({ ok: false, error: { code: 'TASK_FINISHED' } });
  });

  it('asks its questions at every door, and plans with the answers [TK-8]', async () => {
    model.script = (asked) => {
      if (asked.signature !== 'PlanTask') return obliging(asked);
      return asked.prompt.includes('A hyphen')
        ? plan('one.js')
        : { ...plan(), questions: ['Which separator?', 'Digits?'] };
    };
    const taskId = await create();
    const asking = await until(taskId, 'awaitingAnswers');
    expect(asking.body).toMatchObject({ questions: ['Which separator?', 'Digits?'] });
    expect(await why(taskId)).toMatchObject({ waitsFor: 'answer' });
    expect(await say(taskId, 'answers', { answers: ['A hyphen'] })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'answers' }] },
    });
    using socket = await bareSocket(server.url);
    expect(await ask(socket, 'answer', { taskId, answers: ['A hyphen', 'Keep'] })).toMatchObject({ ok: true });
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed', questions: [] });
    expect(model.asked.at(1)?.prompt).toContain('Which separator? A hyphen');
    expect(await ask(socket, 'answer', { taskId, answers: [] })).toMatchObject({ error: { code: 'TASK_FINISHED' } });
  });

  it('has only the plan approved that was seen, and builds the one that was edited [EP-4]', async () => {
    const taskId = await create({ requireApproval: true });
    await until(taskId, 'awaitingApproval');
    expect(await why(taskId)).toMatchObject({ waitsFor: 'approval' });
    const { planHash: seen, ...proposed } = await planOf(taskId);
    const edited = { ...proposed, modules: plan('one.js').modules };
    const put = await request('PUT', `${server.url}/tasks/${taskId}/plan`, { plan: edited, planHash: seen, by: 'ada' });
    expect(put).toMatchObject({ status: 200, body: { approval: 'pending' } });
    expect(await say(taskId, 'plan/decision', { decision: 'approve', planHash: seen })).toMatchObject({
      status: 409,
      body: { code: 'PLAN_CHANGED' },
    });
    const { planHash } = await planOf(taskId);
    expect((await say(taskId, 'plan/decision', { decision: 'approve', planHash })).status).toBe(200);
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed', modules: [{ path: 'one.js' }] });
  });

  it('plans anew with the reason when its plan is rejected [EP-4]', async () => {
    model.script = (asked) => {
      if (asked.signature !== 'PlanTask') return obliging(asked);
      return asked.prompt.includes('one file is enough') ? plan('one.js') : plan('one.js', 'two.js');
    };
    const taskId = await create({ requireApproval: true });
    await until(taskId, 'awaitingApproval');
    const first = await planOf(taskId);
    const rejection = { decision: 'reject', planHash: first.planHash };
    expect(await say(taskId, 'plan/decision', rejection)).toMatchObject({ status: 400 });
    expect((await say(taskId, 'plan/decision', { ...rejection, reason: 'one file is enough' })).status).toBe(200);
    await until(taskId, 'awaitingApproval');
    const second = await eventually(
      () => planOf(taskId),
      ({ planHash }) => planHash !== first.planHash,
    );
    expect(second.modules).toHaveLength(1);
    expect((await say(taskId, 'plan/decision', { decision: 'approve', planHash: second.planHash })).status).toBe(200);
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
  });

  it('pauses at its budget and asks; what was used survives a restart [LM-6]', async () => {
    const taskId = await create({ limits: { maxTokens: 1 } });
    const { body } = await until(taskId, 'paused');
    expect(body).toMatchObject({ pause: { code: 'LIMIT_TOKENS', by: 'taskloom' } });
    await server.stop();
    await server.start();
    const { usage } = await show(taskId);
    expect(usage).toEqual(body.usage);
    expect(await say(taskId, 'resume')).toMatchObject({ status: 409, body: { code: 'TASK_LIMIT_REACHED' } });
    expect((await say(taskId, 'resume', { limits: { maxTokens: 1_000_000 } })).status).toBe(200);
    const done = await outcomeOf(server.url, taskId);
    expect(done).toMatchObject({ status: 'completed' });
    const calls = (await eventsOf(server.url, taskId)).filter(({ eventType }) => eventType === 'MODEL_CALL_COMPLETED');
    const used = calls.map(({ data }) => data.usage as { inputTokens: number; outputTokens: number });
    const inputTokens = used.reduce((sum, call) => sum + call.inputTokens, 0);
    const outputTokens = used.reduce((sum, call) => sum + call.outputTokens, 0);
    const costUsd = expect.closeTo((inputTokens * 2 + outputTokens * 10) / 1e6, 9) as unknown;
    expect(done.usage).toEqual({ calls: calls.length, inputTokens, outputTokens, costUsd });
    const dear = await create({ limits: { maxCostUsd: 0.000001 } });
    expect((await until(dear, 'paused')).body).toMatchObject({ pause: { code: 'LIMIT_COST' } });
  });

  it('pauses at the time it may hold a slot, and goes on with a new stay [LM-6]', async () => {
    model.hold(() => true);
    const taskId = await create({ limits: { maxSeconds: 1 } });
    expect((await until(taskId, 'paused')).body).toMatchObject({ pause: { code: 'LIMIT_SECONDS' } });
    model.release();
    expect((await say(taskId, 'resume', { limits: { maxSeconds: 60 } })).status).toBe(200);
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
  });

  it('corrects what a report of the present code says, and tells a late one so [TK-7, EV-50, API-2]', async () => {
    model.hold(({ path }) => path === 'two.js');
    const taskId = await create();
    await eventually(
      () => typesOf(taskId),
      (types) => types.includes('MODULE_COMPLETE'),
    );
    const { codeVersion } = await show(taskId);
    const report = { description: 'one() is one too low', codeVersion, module: 'one.js' };
    expect(await say(taskId, 'bug-reports', { ...report, module: 'other.js' })).toMatchObject({ status: 400 });
    // Of a field that is not there it is said that it is missing, whatever it would have to be.
    expect(await say(taskId, 'bug-reports', { description: 'wrong' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'codeVersion', message: 'is missing' }] },
    });
    const accepted = await say(taskId, 'bug-reports', report);
    expect(accepted).toMatchObject({ status: 201, body: { accepted: true } });
    await eventually(
      () => typesOf(taskId),
      (types) => types.includes('CORRECTION_COMPLETED'),
    );
    const late = await say(taskId, 'bug-reports', report);
    expect(late).toMatchObject({ status: 201, body: { accepted: false, decidedBy: 'version' } });
    model.release();
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
    const corrections = model.asked.filter(({ signature }) => signature === 'CorrectModule');
    expect(corrections.map(({ path }) => path)).toEqual(['one.js']);
    expect(corrections[0]?.prompt).toContain('one() is one too low');
    const state = (await request('GET', `${server.url}/tasks/${taskId}/state`)).body;
    expect(state).toMatchObject({ acceptedBugReports: [{}], ignoredBugReports: [{}] });
  });

  it('takes code by hand for a module, and nothing more of the model that still writes it [TK-6]', async () => {
    model.hold(({ path }) => path === 'one.js');
    const taskId = await create();
    await model.wasAsked(({ path, signature }) => path === 'one.js' && signature === 'GenerateModule');
    const content = 'export const one = () => 42;\n';
    expect(await say(taskId, 'code', { path: '../x.js', content })).toMatchObject({ status: 400 });
    expect((await say(taskId, 'code', { path: 'one.js', content, by: 'ada' })).status).toBe(201);
    model.release();
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
    const file = await fetch(`${server.url}/tasks/${taskId}/files/one.js`);
    expect(await file.text()).toBe(content);
    const changes = (await eventsOf(server.url, taskId)).filter(
      ({ data }) => data.module === 'one.js' && 'codeHash' in data,
    );
    expect(changes).toMatchObject([{ eventType: 'CODE_GENERATED', data: { callId: null, by: 'ada' } }]);
  });

  it('has guidance in the very next call, recorded before everything else [TK-6]', async () => {
    model.hold(({ signature }) => signature === 'PlanTask');
    const taskId = await create();
    await model.wasAsked(({ signature }) => signature === 'PlanTask');
    await say(taskId, 'interventions', { guidance: 'No arrow functions', action: 'pause' });
    model.release();
    expect(await show(taskId)).toMatchObject({ status: 'paused' });
    expect((await say(taskId, 'interventions', { guidance: 'And no classes', action: 'resume' })).status).toBe(201);
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
    for (const { prompt } of model.asked.slice(1)) {
      expect(prompt).toContain('No arrow functions');
      expect(prompt).toContain('And no classes');
    }
    const said = (await eventsOf(server.url, taskId)).filter(({ eventType }) => eventType === 'USER_INTERVENTION');
    expect(said).toMatchObject([{ data: { priority: 'CRITICAL' } }, { data: { priority: 'CRITICAL' } }]);
  });
});

/** 30 and more are for a run of their own: what is built anew of thirty is a property test beside replan.ts. */
const MODULES = Number(process.env.PLAN_MODULES ?? 12);

describe('a plan of many modules of which one requirement changes', () => {
  const last = MODULES - 1;
  const name = (index: number) => `m${index}.js`;
  /** A tree: each needs the one that stands at half its number. */
  const modules = Array.from({ length: MODULES }, (_, index) => ({
    path: name(index),
    description: `the number ${index}`,
    dependsOn: index === 0 || index === last ? [] : [name(Math.floor((index - 1) / 2))],
  }));
  const descendants = (root: string) => {
    const found = new Set([root]);
    for (const { path, dependsOn } of modules) if (dependsOn.some((needed) => found.has(needed))) found.add(path);
    return [...found].sort();
  };

  it('builds that module and what depends on it again, and nothing else [TK-6]', async () => {
    model.script = obliging;
    model.hold(({ path }) => path === name(last));
    const files = modules.map(({ path }) => ({
      path: path.replace('.js', '.test.js'),
      content: testOf(path.replace('.js', '')),
      role: 'test',
    }));
    const taskId = await create({ modules, files, language: 'javascript' });
    await eventually(
      () => typesOf(taskId),
      (types) => types.filter((type) => type === 'MODULE_COMPLETE').length === last,
    );
    const { planHash, ...before } = await planOf(taskId);
    const edited = modules.map((module) => (module.path === name(2) ? { ...module, description: 'another' } : module));
    const { status } = await request('PUT', `${server.url}/tasks/${taskId}/plan`, {
      plan: { ...before, modules: edited },
      planHash,
    });
    expect(status).toBe(200);
    model.release();
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed' });
    const events = await eventsOf(server.url, taskId);
    const after = events.slice(events.findIndex(({ eventType }) => eventType === 'PLAN_EDITED'));
    const begun = after
      .filter(({ eventType }) => eventType === 'MODULE_STARTED')
      .map(({ data }) => String(data.module));
    expect(begun.sort()).toEqual(descendants(name(2)));
    const generated = after.filter(({ eventType }) => eventType === 'CODE_GENERATED').map(({ data }) => data.module);
    expect(generated.sort()).toEqual([...descendants(name(2)), name(last)].sort());
    expect(events.map(({ codeVersion }) => codeVersion)).toEqual(
      events.map(({ codeVersion }) => codeVersion).toSorted((one, other) => one - other),
    );
  }, 120_000);
});
