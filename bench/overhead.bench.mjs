import { FakeOllama } from '../test/support/fake-ollama.ts';
import { answerTo, codingSamples, taskOf } from '../test/support/coding-samples.ts';
import { built, compare, scaled } from './support/arms.mjs';

// What Taskloom itself takes of a coding task, in milliseconds: from the moment it was accepted until it is complete,
// less what its model calls and its test runs took. Each task is one module that is written, found wrong by its tests,
// corrected, and tested as a whole: two model calls, three runs in the sandbox, some twenty events. The model is a
// server that speaks Ollama's protocol and answers at once.
const TASKS = scaled(30, 2);
const samples = codingSamples.filter(({ language }) => language === 'javascript');

/** Runs the tasks so many at a time, and answers the median and the worst of their overheads. */
async function overhead(directory, atATime) {
  const ollama = await FakeOllama.start({ parallel: 8, respond: ({ messages }) => answerTo(messages.at(-1).content) });
  const { startServer } = await built('server.js');
  const { readConfiguration } = await built('kernel/configuration.js');
  const { EventStore } = await built('events/index.js');
  const server = await startServer(
    readConfiguration({
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: directory,
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      DEAD_CODE_ANALYSIS: 'off',
    }),
  );
  const events = server.app.get(EventStore);
  const run = async (index) => {
    const response = await fetch(`${server.url}/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(taskOf(samples[index % samples.length])),
    });
    const { taskId } = await response.json();
    const facts = [];
    for await (const batch of events.subscribe({ taskId, after: 0 })) {
      facts.push(...batch);
      if (facts.at(-1).eventType === 'TASK_COMPLETE') return overheadOf(facts);
      if (facts.at(-1).eventType === 'TASK_FAILED') throw new Error(JSON.stringify(facts.at(-1).data));
    }
  };
  for (let index = 0; index < scaled(3, 1); index++) await run(index);
  const measured = [];
  let next = 0;
  const worker = async () => {
    while (next < TASKS) measured.push(await run(next++));
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  await server.close();
  await ollama.stop();
  const sorted = measured.toSorted((one, other) => one - other);
  return { value: sorted[Math.floor(sorted.length / 2)], worst: sorted.at(-1) };
}

/** The steps of such a task come one after the other: what is not model and not test is overhead. */
function overheadOf(facts) {
  const took = Date.parse(facts.at(-1).timestamp) - Date.parse(facts[0].timestamp);
  const steps = facts.filter(({ data }) => typeof data.durationMs === 'number');
  return took - steps.reduce((sum, { data }) => sum + data.durationMs, 0);
}

await compare({
  file: import.meta.url,
  title: 'What a coding task takes besides its model and its tests',
  unit: 'ms',
  arms: {
    'one task at a time': (directory) => overhead(directory, 1),
    'five at a time': (directory) => overhead(directory, 5),
  },
  targets: { 'one task at a time': { atMost: 50 }, 'five at a time': { atMost: 100 } },
});
