import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Orchestrator } from '../../src/orchestrator/index.ts';
import { request } from '../support/rest.ts';
import { runServer } from '../support/running-server.ts';

type Parts = Record<string, { status: string; detail: string }>;

interface Health {
  status: string;
  brain: string;
  parts: Parts;
}

interface Unhealthy {
  code: string;
  detail: string;
  errors: { path: string; message: string }[];
  details: { health: Health };
}

async function health(url: string, path = '/health') {
  const startedAt = performance.now();
  const answer = await request<Health & Unhealthy>('GET', `${url}${path}`);
  return { ...answer, tookMs: performance.now() - startedAt };
}

describe('health (API-6; unit list 2.1)', () => {
  it('is good when the store writes, workers run and somebody answers model calls [API-6]', async () => {
    await using server = await runServer();
    const { status, body } = await health(server.url);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', brain: expect.stringContaining('delegated') });
    for (const part of ['store', 'workers', 'model']) expect(body.parts[part]?.status).toBe('up');
    expect(body.parts.sandbox?.detail).not.toBe('');
    expect((await health(server.url, '/health/ready')).status).toBe(200);
    expect((await health(server.url, '/health/live')).body).toEqual({ status: 'ok' });
  });

  it('names the store when it cannot write, while the process lives [API-6]', async () => {
    await using server = await runServer();
    await rm(join(server.dataDir, 'taskloom.db'));
    const { status, body, headers } = await health(server.url);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'API_UNHEALTHY' });
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(headers.get('retry-after')).toBe('1');
    expect(body.errors.map(({ path }) => path)).toContain('store');
    expect(body.details.health.parts.model?.status).toBe('up');
    expect((await health(server.url, '/health/ready')).status).toBe(503);
    expect((await health(server.url, '/health/live')).status).toBe(200);
  });

  it('names the workers when none runs [API-6]', async () => {
    await using server = await runServer();
    await server.app.get(Orchestrator).shutdown({ graceMs: 0 });
    const { status, body } = await health(server.url);
    expect(status).toBe(503);
    expect(body.errors.map(({ path }) => path)).toEqual(['workers']);
  });

  it('names the model when its provider is not there, but goes on accepting tasks [API-6]', async () => {
    await using server = await runServer({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: 'http://127.0.0.1:9' });
    const { status, body } = await health(server.url);
    expect(status).toBe(503);
    expect(body.errors.map(({ path }) => path)).toEqual(['model']);
    expect(body.details.health.brain).toContain('ollama');
    expect((await health(server.url, '/health/ready')).status).toBe(200);
    expect((await request('POST', `${server.url}/tasks`, { prompt: 'x' })).status).toBe(201);
  });

  it('answers within a second when a part hangs, also when many ask [API-6]', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      await using server = await runServer({
        LLM_PROVIDER: 'ollama',
        OLLAMA_BASE_URL: `http://127.0.0.1:${port}`,
      });
      const rounds: number[] = [];
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => health(server.url)));
        for (const { status, body } of answers) {
          expect(status).toBe(503);
          expect(body.errors.map(({ path }) => path)).toEqual(['model']);
        }
        rounds.push(Math.max(...answers.map(({ tookMs }) => tookMs)));
      }
      // The best of three: a busy machine may be late by itself, a part that is waited for always is.
      expect(Math.min(...rounds)).toBeLessThan(1000);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
