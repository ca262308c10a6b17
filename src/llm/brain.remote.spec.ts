import { describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnthropicBrain } from './brain.anthropic.ts';
import { OpenAiBrain } from './brain.openai.ts';

const models = { planner: 'large', executor: 'small', summarizer: 'small' };
const limits = { answerTokens: 512, timeoutMs: 5000 };

/** A server that answers with what `answer` makes of a request: a status and a body. */
async function serving(answer: (request: IncomingMessage) => readonly [status: number, body: object]) {
  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const soon = () => AbortSignal.timeout(5000);

describe('the health of Anthropic', () => {
  function brain(baseUrl: string) {
    return new AnthropicBrain({ ...limits, models, apiKey: 'sk-ant-test', baseUrl });
  }

  it('is good when the key is accepted and both models are known', async () => {
    const asked: unknown[] = [];
    await using server = await serving((request) => {
      asked.push([request.url, request.headers['x-api-key'], request.headers['anthropic-version']]);
      return [200, {}];
    });
    expect(await brain(server.url).health(soon())).toMatchObject({ reachable: true });
    expect(asked).toEqual([
      ['/v1/models/large', 'sk-ant-test', '2023-06-01'],
      ['/v1/models/small', 'sk-ant-test', '2023-06-01'],
    ]);
    expect(brain(server.url).description).toBe('anthropic (planner large, executor small)');
    expect(brain(server.url).modelFor('planner', 'other')).toMatchObject({ provider: 'anthropic', model: 'other' });
  });

  it('names the wrong key, the unknown model and the outage, each with its cure', async () => {
    let status = 401;
    await using server = await serving(({ url }) => [
      url?.endsWith('small') ? status : status === 404 ? 200 : status,
      {},
    ]);
    expect(await brain(server.url).health(soon())).toMatchObject({
      reachable: false,
      cure: expect.stringContaining('ANTHROPIC_API_KEY'),
    });
    status = 404;
    expect(await brain(server.url).health(soon())).toMatchObject({
      reachable: false,
      detail: 'Anthropic has no model "small"',
    });
    status = 529;
    expect(await brain(server.url).health(soon())).toMatchObject({
      reachable: false,
      detail: expect.stringContaining('529'),
    });
  });
});

describe('the health of an OpenAI-compatible server', () => {
  function brain(baseUrl: string) {
    return new OpenAiBrain({ ...limits, models, apiKey: 'sk-test', baseUrl });
  }

  it('names the wrong key and the outage, each with its cure', async () => {
    let status = 401;
    await using server = await serving(() => [status, {}]);
    expect(await brain(server.url).health(soon())).toMatchObject({
      reachable: false,
      cure: expect.stringContaining('OPENAI_API_KEY'),
    });
    status = 500;
    expect(await brain(server.url).health(soon())).toMatchObject({
      reachable: false,
      cure: expect.stringContaining('OPENAI_BASE_URL'),
    });
  });

  it('is asked no longer than the signal allows', async () => {
    await using server = await serving(() => [200, { data: [] }]);
    const health = await brain(server.url).health(AbortSignal.abort(new Error('late')));
    expect(health).toMatchObject({ reachable: false, detail: expect.stringContaining('no answer in time') });
  });
});
