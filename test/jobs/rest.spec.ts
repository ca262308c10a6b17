import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await runServer({ JOB_BACKOFF_MS: '5' });
});

afterAll(() => server[Symbol.asyncDispose]());

const jobOnce = async (jobId: string, status: string) =>
  (
    await eventually(
      () => request('GET', `${server.url}/jobs/${jobId}`),
      ({ body }) => body.status === status,
    )
  ).body;

describe('jobs over REST (JB-5)', () => {
  it('works out an expression in plain words over a graph of steps [JB-5, JB-12]', async () => {
    const created = await request('POST', `${server.url}/jobs`, { request: 'what is three plus four times two' });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${server.url}/jobs/${String(created.body.jobId)}`);
    expect(await jobOnce(String(created.body.jobId), 'done')).toMatchObject({
      intent: 'calculate',
      result: { value: 11 },
    });
  });
});
