import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../scripts/free-port.mjs';
import { answerTo, codingSamples, taskOf } from '../test/support/coding-samples.ts';
import { FakeOllama } from '../test/support/fake-ollama.ts';
import { compare, quick, scaled, skip } from './support/arms.mjs';
import { emptyDatabase, postgresBeside } from './support/postgres.mjs';

// Coding tasks a second that one, two and three servers complete on one PostgreSQL and one Redis, all on one machine: from
// the first that is asked for to the last that is complete. A model call takes two seconds, as one of a small model does;
// each task has two, and three runs of its tests in the sandbox. Every server adds four slots.
const TASKS = scaled(24, 2);
const SLOTS = 4;
const MODEL_MS = scaled(2000, 1);
const samples = codingSamples.filter(({ language }) => language === 'javascript');
const main = process.env.TASKLOOM_DIST
  ? join(process.env.TASKLOOM_DIST, 'main.js')
  : fileURLToPath(new URL('../dist/main.js', import.meta.url));

async function environment() {
  const postgres = await postgresBeside();
  const { findRedis, startRedis } = await import('../scripts/redis.mjs');
  const redis = findRedis() ? await startRedis() : null;
  return {
    variables: { ...postgres.variables, BENCH_REDIS: redis?.url ?? '' },
    stop: () => Promise.all([postgres.stop?.(), redis?.stop()]),
  };
}

function instances(count) {
  return async (directory) => {
    if (quick && count !== 2) skip('two servers are enough to see that it runs');
    const DATABASE_URL = await emptyDatabase();
    const ollama = await FakeOllama.start({
      parallel: 64,
      respond: ({ messages }) => ({
        text: answerTo(messages.at(-1).content),
        beforeFirstToken: () => delay(MODEL_MS),
      }),
    });
    const shared = {
      DATABASE_URL,
      ...(process.env.BENCH_REDIS ? { REDIS_URL: process.env.BENCH_REDIS } : {}),
      WEBHOOK_SECRET_KEY: randomUUID(),
      MAX_CONCURRENT: String(SLOTS * count),
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      DEAD_CODE_ANALYSIS: 'off',
      LOG_LEVEL: 'warn',
    };
    const servers = await Promise.all(
      Array.from({ length: count }, (_, index) => serve({ ...shared, DATA_DIR: join(directory, String(index)) })),
    );
    try {
      await complete(servers, count, 'warm');
      const startedAt = performance.now();
      await complete(servers, TASKS, 'task');
      return TASKS / ((performance.now() - startedAt) / 1000);
    } finally {
      for (const { child } of servers) child.kill('SIGKILL');
      await ollama.stop();
    }
  };
}

/** Each server is asked for its share of the tasks, and the first one whether they are complete. */
async function complete(servers, count, name) {
  const ids = Array.from({ length: count }, (_, index) => `${name} ${index}`);
  await Promise.all(
    ids.map(async (taskId, index) => {
      const { status } = await fetch(`${servers[index % servers.length].url}/tasks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...taskOf(samples[index % samples.length]), taskId }),
      });
      if (status !== 201) throw new Error(`${taskId} was answered with ${status}`);
    }),
  );
  for (const taskId of ids) {
    for (let status = ''; status !== 'completed'; await delay(20)) {
      const answer = await fetch(`${servers[0].url}/tasks/${encodeURIComponent(taskId)}`);
      ({ status } = await answer.json());
      if (status === 'failed') throw new Error(`${taskId} failed`);
      if (status === 'completed') break;
    }
  }
}

async function serve(variables) {
  const port = await freePort();
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { PATH, HOME, ...variables, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`);
    const isThere = await fetch(`${url}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return { child, url };
    await delay(20);
  }
}

await compare({
  file: import.meta.url,
  title: 'Coding tasks completed by several servers on one machine',
  unit: 'tasks/s',
  rounds: 3,
  environment,
  arms: { '1 server': instances(1), '2 servers': instances(2), '3 servers': instances(3) },
  targets: { '2 servers': { of: '1 server' }, '3 servers': { of: '1 server' } },
});
