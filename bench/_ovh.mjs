import { FakeOllama } from '../test/support/fake-ollama.ts';
import { answerTo, codingSamples, taskOf } from '../test/support/coding-samples.ts';
import { mkdtempSync } from 'node:fs';
const samples = codingSamples.filter(({ language }) => language === 'javascript');
const ollama = await FakeOllama.start({ parallel: 8, respond: ({ messages }) => answerTo(messages.at(-1).content) });
const { startServer } = await import('../dist/server.js');
const { readConfiguration } = await import('../dist/kernel/configuration.js');
const { EventStore } = await import('../dist/events/index.js');
const server = await startServer(readConfiguration({ PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: mkdtempSync('/tmp/ovh'), LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url, DEAD_CODE_ANALYSIS: 'off' }));
const events = server.app.get(EventStore);
const overheadOf = (facts) => { const took = Date.parse(facts.at(-1).timestamp) - Date.parse(facts[0].timestamp); return took - facts.filter(({ data }) => typeof data.durationMs === 'number').reduce((s, { data }) => s + data.durationMs, 0); };
const all = [];
const run = async (index) => {
  const response = await fetch(`${server.url}/tasks`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(taskOf(samples[index % samples.length])) });
  const { taskId } = await response.json(); const facts = [];
  for await (const batch of events.subscribe({ taskId, after: 0 })) { facts.push(...batch); if (facts.at(-1).eventType === 'TASK_COMPLETE') { all.push(facts); return overheadOf(facts); } }
};
const N = Number(process.env.N ?? 30);
for (let i = 0; i < 5; i++) await run(i);
all.length = 0;
const c = process.cpuUsage(); const m = [];
for (let i = 0; i < N; i++) m.push(await run(i));
const u = process.cpuUsage(c);
m.sort((a, b) => a - b);
console.log('median', m[N >> 1], 'min', m[0], 'cpu/task', ((u.user + u.system) / 1000 / N).toFixed(1));
// median gaps by event type pairs
const gaps = new Map();
for (const f of all) for (let i = 1; i < f.length; i++) { const k = `${String(i).padStart(2)} ${f[i - 1].eventType} -> ${f[i].eventType}`; const g = Date.parse(f[i].timestamp) - Date.parse(f[i - 1].timestamp) - (f[i].data.durationMs ?? 0); (gaps.get(k) ?? gaps.set(k, []).get(k)).push(g); }
for (const [k, g] of [...gaps].sort()) console.log(k, g.sort((a, b) => a - b)[g.length >> 1]);
await server.close(); await ollama.stop();
