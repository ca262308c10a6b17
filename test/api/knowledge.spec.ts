import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '../../src/events/index.ts';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';
import { taskWithFix } from '../support/task-with-fix.ts';

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly taskId: string;
  readonly position: number;
  readonly correctedBy: string | null;
  readonly foundBy: readonly string[];
}

interface Page {
  readonly entries: readonly Entry[];
  readonly nextBefore: number | null;
}

describe('what past tasks have taught, over REST (CX-11)', () => {
  let server: TestServer;
  const at = (path = '') => `${server.url}/knowledge${path}`;
  const list = async (query = '') => (await request<Page>('GET', at(query))).body;

  beforeAll(async () => {
    server = await runServer();
    await server.app
      .get(EventStore)
      .append('dates', taskWithFix('src/date.js', 'RangeError: Invalid time value', 'two'));
    await eventually(
      () => list(),
      ({ entries }) => entries.length === 2,
    );
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('is listed page by page, the newest first, and found by a text [CX-11]', async () => {
    const first = await list('?limit=1');
    expect(first.entries).toMatchObject([{ kind: 'pattern', taskId: 'dates', foundBy: [] }]);
    const second = await list(`?limit=1&before=${first.nextBefore}`);
    expect(second.entries).toMatchObject([{ kind: 'fix', title: 'a test: RangeError: Invalid time value' }]);
    expect((await list('?kind=fix')).entries).toHaveLength(1);
    const found = await list('?query=invalid%20time');
    expect(found).toMatchObject({ entries: [{ kind: 'fix', foundBy: ['words'] }], nextBefore: null });
    for (const wrong of ['?kind=joke', '?limit=0', '?query=%20', '?more=1']) {
      expect((await request('GET', at(wrong))).status).toBe(400);
    }
  });

  it('is put right and forgotten, and both are in the log [CX-11]', async () => {
    const [entry] = (await list('?kind=fix')).entries;
    const id = entry?.id ?? '';
    const put = await request<Entry>('PUT', at(`/${id}`), { text: 'Use Temporal.', by: 'ada' });
    expect(put).toMatchObject({
      status: 200,
      body: { id, title: entry?.title, text: 'Use Temporal.', correctedBy: 'ada' },
    });
    expect((await request('GET', at(`/${id}`))).body).toEqual(put.body);
    expect((await request('PUT', at(`/${id}`), { title: ' ' })).status).toBe(400);
    expect((await request('PUT', at(`/${id}`), { name: 'x' })).status).toBe(400);
    expect((await request('DELETE', at(`/${id}?by=ada`))).status).toBe(204);
    for (const [method, body] of [['GET'], ['PUT', { text: 'x' }], ['DELETE']] as const) {
      const gone = await request(method, at(`/${id}`), body);
      expect(gone).toMatchObject({ status: 404, body: { code: 'KNOWLEDGE_NOT_FOUND' } });
    }
    const facts = await server.app.get(EventStore).getEvents(`knowledge:${id}`);
    expect(facts.map(({ eventType }) => eventType)).toEqual(['KNOWLEDGE_CORRECTED', 'KNOWLEDGE_FORGOTTEN']);
  });
});
