// Makes examples/text-statistics/recording.jsonl anew: runs the real server on the sample task, against a local server
// that speaks Ollama's protocol and says what stands in answers/. Needed whenever prompts, schemas or failure messages
// change; a test says so. Run it by `npm run record-demo`, which builds first.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../dist/client/index.js';
import { readConfiguration } from '../dist/kernel/configuration.js';
import { startServer } from '../dist/server.js';
import { ScriptedOllama } from './record-demo/scripted-ollama.mjs';

const sample = new URL('../examples/text-statistics/', import.meta.url);
const recording = fileURLToPath(new URL('recording.jsonl', sample));
const task = JSON.parse(await readFile(new URL('task.json', sample), 'utf8'));

const directory = await mkdtemp(join(tmpdir(), 'taskloom-record-'));
const recorded = join(directory, 'recording.jsonl');
const ollama = await ScriptedOllama.start(fileURLToPath(new URL('answers/', sample)));
const server = await startServer(
  readConfiguration({
    SANDBOX: process.env.SANDBOX,
    PORT: '0',
    DATA_DIR: directory,
    LOG_LEVEL: 'warn',
    LLM_PROVIDER: 'ollama',
    OLLAMA_BASE_URL: ollama.url,
    PLANNER_MODEL: ollama.model,
    EXECUTOR_MODEL: ollama.model,
    LLM_RECORD: recorded,
  }),
);
const client = connect({ url: server.url });
try {
  const outcome = await run();
  if (outcome.type !== 'TASK_COMPLETE') throw new Error(`The sample failed: ${outcome.data.reason}`);
  const unused = ollama.unused();
  if (unused.length > 0) throw new Error(`Nobody asked for ${unused.join(', ')}: the sample does not need them.`);
  const calls = (await readFile(recorded, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  await writeFile(recording, calls.sort(byPathAndTurn).map(timeless).join(''));
  console.log(`${calls.length} calls recorded in ${recording}`);
} finally {
  await client.close();
  await server.close();
  await ollama.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run() {
  const { taskId } = await client.createTask(task);
  for await (const message of client.watch(taskId)) {
    if (/^TASK_(COMPLETE|FAILED|CANCELLED)$/.test(message.type)) return message;
  }
  throw new Error('The server ended before the task did.');
}

/** Modules are written at the same time: an order of its own keeps two recordings comparable. */
function byPathAndTurn(a, b) {
  const key = ({ text, messages }) => [
    JSON.parse(text).path ?? '',
    messages.map(({ content }) => content).join().length,
  ];
  const [[aPath, aLength], [bPath, bLength]] = [key(a), key(b)];
  return aPath < bPath ? -1 : aPath > bPath ? 1 : aLength - bLength;
}

/** How long a script took says nothing about a model. */
function timeless(call) {
  return `${JSON.stringify({ ...call, durationMs: 0 })}\n`;
}
