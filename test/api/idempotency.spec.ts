import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventsOf, eventually } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Told {
  readonly status: number;
  readonly replayed: string | null;
  readonly body: Record<string, unknown>;
}

async function post(url: string, body: object, key?: string, submitter?: string): Promise<Told> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(submitter === undefined ? {} : { 'x-submitter': submitter }),
    },
    body: JSON.stringify(body),
  });
  const replayed = answer.headers.get('idempotent-replayed');
  return { status: answer.status, replayed, body: (await answer.json()) as Record<string, unknown> };
}

const code = 'export const one = 1;\n';

describe('an idempotency key', () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await runServer();
    url = server.url;
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const task = async (): Promise<string> => {
    const { status, body } = await post(`${url}/tasks`, { prompt: 'x', modules: [{ path: 'one.js' }] });
    expect(status).toBe(201);
    return `${url}/tasks/${String(body.taskId)}`;
  };
  const countOf = async (at: string, eventType: string) =>
    (await eventsOf(url, at.split('/').at(-1) ?? '')).filter((event) => event.eventType === eventType).length;

  it.each([
    ['interventions', { guidance: 'Keep digits' }, 'USER_INTERVENTION'],
    ['pause', { reason: 'lunch' }, 'TASK_PAUSED'],
    ['resume', { limits: { maxTokens: 1000 } }, 'TASK_RESUMED'],
    ['code', { path: 'one.js', content: code }, 'CODE_GENERATED'],
  ])(
    'makes POST …/%s happen once, however many ask at the same time [API-1] [TK-12]',
    async (what, body, eventType) => {
      const at = await task();
      // What is said waits for a plan, which a short one has as soon as the task is begun.
      await eventually(
        () => post(`${at}/${what}`, body, 'key'),
        ({ status }) => status < 300,
      );
      const again = await Promise.all(Array.from({ length: 6 }, () => post(`${at}/${what}`, body, 'key')));
      expect(again.map(({ replayed }) => replayed)).toEqual(Array.from({ length: 6 }, () => 'true'));
      expect(await countOf(at, eventType)).toBe(1);
      const together = await Promise.all(Array.from({ length: 6 }, () => post(`${at}/${what}`, body, 'another')));
      expect(together.filter(({ replayed }) => replayed === null)).toHaveLength(1);
      expect(new Set(together.map(({ status }) => status)).size).toBe(1);
    },
  );

  it('answers a repeated bug report with the verdict of the first, though the code has changed since [API-1]', async () => {
    const at = await task();
    await eventually(
      () => post(`${at}/code`, { path: 'one.js', content: code }),
      ({ status }) => status === 201,
    );
    const report = { description: 'one is two', codeVersion: 1 };
    const first = await post(`${at}/bug-reports`, report, 'bug');
    expect(first).toMatchObject({ status: 201, replayed: null, body: { accepted: true } });
    await post(`${at}/code`, { path: 'one.js', content: `${code}// 2\n` });
    const again = await post(`${at}/bug-reports`, report, 'bug');
    expect(again).toMatchObject({
      status: 201,
      replayed: 'true',
      body: { accepted: true, decidedBy: first.body.decidedBy },
    });
    expect((await post(`${at}/bug-reports`, report, 'fresh')).body).toMatchObject({ accepted: false });
    expect(await countOf(at, 'BUG_REPORT_RECEIVED')).toBe(2);
  });

  it('is told from a key of another submitter, route or task, and refused with another body [API-1]', async () => {
    const made = [
      await post(`${url}/tasks`, { prompt: 'a' }, 'same', 'ada'),
      await post(`${url}/tasks`, { prompt: 'a' }, 'same', 'bob'),
      await post(`${url}/tasks`, { prompt: 'a' }, 'same'),
    ];
    expect(new Set(made.map(({ body }) => body.taskId)).size).toBe(3);
    expect(made.map(({ replayed }) => replayed)).toEqual([null, null, null]);
    const repeated = await post(`${url}/tasks`, { prompt: 'a' }, 'same', 'bob');
    expect(repeated).toMatchObject({ status: 201, replayed: 'true', body: { taskId: made[1]?.body.taskId } });
    const other = await post(`${url}/tasks`, { prompt: 'b' }, 'same', 'bob');
    expect(other).toMatchObject({ status: 422, replayed: null, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const [one, two] = [await task(), await task()];
    for (const at of [one, two]) {
      expect(await post(`${at}/interventions`, { guidance: 'a' }, 'same')).toMatchObject({
        status: 201,
        replayed: null,
      });
      expect(await post(`${at}/pause`, {}, 'same')).toMatchObject({ status: 200, replayed: null });
    }
    const changed = await post(`${one}/interventions`, { guidance: 'b' }, 'same');
    expect(changed).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('does not remember what was refused: corrected it may be sent again with the same key [API-1]', async () => {
    expect((await post(`${url}/tasks`, { prompt: ' ' }, 'refused')).status).toBe(400);
    expect(await post(`${url}/tasks`, { prompt: 'right' }, 'refused')).toMatchObject({ status: 201, replayed: null });
    const at = await task();
    expect((await post(`${at}/answers`, { answers: ['yes'] }, 'early')).status).toBe(409);
    expect((await post(`${at}/answers`, { answers: ['no'] }, 'early')).body.code).toBe('TASK_NO_QUESTIONS');
    for (const key of ['a b', 'ä', 'x'.repeat(256)]) {
      expect((await post(`${at}/interventions`, { guidance: 'x' }, key)).status).toBe(400);
    }
  });

  it('still stands when the task is over [API-1]', async () => {
    const at = await task();
    const said = await post(`${at}/interventions`, { guidance: 'Last words' }, 'end');
    expect(said.status).toBe(201);
    await fetch(at, { method: 'DELETE' });
    const again = await post(`${at}/interventions`, { guidance: 'Last words' }, 'end');
    expect(again).toMatchObject({ status: 201, replayed: 'true', body: { status: 'cancelled' } });
    expect((await post(`${at}/interventions`, { guidance: 'Last words' }, 'new')).status).toBe(409);
  });
});

describe('the time to live of an idempotency key', () => {
  it('is a setting; after it the key is a new one [API-1]', async () => {
    await using server = await runServer({ IDEMPOTENCY_TTL_MS: '1000' });
    const first = await post(`${server.url}/tasks`, { prompt: 'a' }, 'short');
    expect((await post(`${server.url}/tasks`, { prompt: 'a' }, 'short')).replayed).toBe('true');
    const later = await eventually(
      () => post(`${server.url}/tasks`, { prompt: 'a' }, 'short'),
      ({ replayed }) => replayed === null,
    );
    expect(later.body.taskId).not.toBe(first.body.taskId);
  });
});
