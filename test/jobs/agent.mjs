// An agent in a process of its own: does steps of the action `work`, and prints one line for each that it begins.
import { existsSync } from 'node:fs';
import { connect } from '../../dist/client/index.js';

const [url, agentId] = process.argv.slice(2);
const client = connect({ url });
const { key } = await client.registerAgent({
  agentId,
  host: 'test',
  os: process.platform,
  capabilities: ['work'],
  maxConcurrent: 8,
});
const session = client.serveSteps({
  agentId,
  key,
  handle: ({ jobId, stepId, attempt, params }) => {
    console.log(JSON.stringify({ jobId, stepId, attempt }));
    if (params.failsWhile && existsSync(params.failsWhile)) throw new Error('it is broken');
    return params.values.reduce((sum, value) => sum + value, 0);
  },
});
await session.connectedOnce;
console.log('ready');
await session.ended.catch(() => process.exit(1));
