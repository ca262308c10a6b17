import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { FakeOllama } from '../../test/support/fake-ollama.ts';
import { readConfiguration } from '../kernel/configuration.ts';
import { OllamaEmbedder } from './embedder.ollama.ts';
import { OpenAiEmbedder } from './embedder.openai.ts';
import type { Embedder } from './embedder.ts';
import { ModelMissingError, ModelRefusedError, ModelUnavailableError } from './llm.errors.ts';
import { resolveEmbedder } from './resolve-embedder.ts';

const timeoutMs = 5000;

/** A server that answers every request to /v1/embeddings with this. */
async function openAiServer(status: number, body: unknown) {
  const requests: { url: string | undefined; authorization: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      requests.push({ url: request.url, authorization: request.headers.authorization, body: text });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    baseUrl,
    requests,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => void server.close(() => done())),
  };
}

const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

describe('the embedders (CX-11)', () => {
  it('give a vector of length 1 for each text, at Ollama [CX-11]', async () => {
    await using ollama = await FakeOllama.start({ respond: () => '', models: ['nomic-embed-text'] });
    const embedder = new OllamaEmbedder({ baseUrl: ollama.url, model: 'nomic-embed-text', timeoutMs });
    const [one, other, same] = await embedder.embed(['parse a date', 'open a socket', 'parse a date']);
    expect(product(one!, one!)).toBeCloseTo(1, 5);
    expect(product(one!, same!)).toBeCloseTo(1, 5);
    expect(product(one!, other!)).toBeLessThan(0.99);
    const missing: Embedder = new OllamaEmbedder({ baseUrl: ollama.url, model: 'gone', timeoutMs });
    await expect(missing.embed(['a'])).rejects.toThrow(ModelMissingError);
  });

  it('take the vectors of an OpenAI-compatible server in the order of the texts [CX-11]', async () => {
    const data = [
      { index: 1, embedding: [0, 2] },
      { index: 0, embedding: [3, 4] },
    ];
    await using server = await openAiServer(200, { data });
    const embedder = new OpenAiEmbedder({ baseUrl: server.baseUrl, apiKey: 'sk-1', model: 'e', timeoutMs });
    const vectors = await embedder.embed(['a', 'b']);
    expect(vectors.map((vector) => [...vector].map((value) => Math.round(value * 10) / 10))).toEqual([
      [0.6, 0.8],
      [0, 1],
    ]);
    expect(server.requests[0]).toMatchObject({ url: '/v1/embeddings', authorization: 'Bearer sk-1' });
    await expect(embedder.embed(['a'])).rejects.toThrow(/2 vectors for 1 texts/);
  });

  it.each([
    [401, { error: 'key' }, ModelRefusedError],
    [200, { data: 'nothing' }, ModelRefusedError],
    [503, { error: 'later' }, ModelUnavailableError],
  ])('say what is wrong where the server answers %s', async (status, body, error) => {
    await using server = await openAiServer(status, body);
    await expect(new OpenAiEmbedder({ baseUrl: server.baseUrl, model: 'e', timeoutMs }).embed(['a'])).rejects.toThrow(
      error,
    );
  });

  it('are chosen by the provider, and are none by default [CX-11]', () => {
    expect(resolveEmbedder(readConfiguration({}))).toBeNull();
    expect(resolveEmbedder(readConfiguration({ EMBEDDING_MODEL: 'e' }))).toBeInstanceOf(OllamaEmbedder);
    const openAi = { EMBEDDING_MODEL: 'e', LLM_PROVIDER: 'openai', OPENAI_API_KEY: 'sk-12345678' };
    expect(resolveEmbedder(readConfiguration(openAi))).toBeInstanceOf(OpenAiEmbedder);
  });
});
