import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/api.md', import.meta.url)), 'utf8');
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const mark = '=== end of block ===';

describe('docs/api.md', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await runServer();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('lists exactly the routes of the OpenAPI document [PL-10]', async () => {
    const { body } = await request<{ paths: Record<string, object> }>('GET', `${server.url}/docs-json`);
    const inDocument = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const onPage = [...page.matchAll(/^\| `([A-Z]+ \/[^`]*)` +\|/gm)].map(([, route]) => route);
    expect(onPage.toSorted()).toEqual(inDocument.toSorted());
  });

  (hasCurl ? it : it.skip)('shows commands that work as they stand, one after the other [PL-10]', async () => {
    const script = blocks
      .map((block) => `${block}\necho; echo '${mark}'`)
      .join('\n')
      .replaceAll('127.0.0.1:9876', new URL(server.url).host);
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      env: { PATH: process.env.PATH },
      maxBuffer: 1 << 26,
    });
    const answers = stdout.split(mark).map((answer) => answer.trim());
    const expected = [
      /"taskId":"slugify-1"/,
      /"nextBefore":null/,
      /"eventType":"TASK_CREATED".*"nextAfterSequence":\d+/,
      /^retry: 1000\n\nid: 1\ndata: \{.*"TASK_CREATED"/,
      /"taskId":"slugify-1"/,
      /"status":"answered"/,
      /"result":\{"value":14\}.*"id":"rpn-1"/s,
      /"modules":\[.*"version":[01].*joins words.*"streamSequence":1\b/s,
      /"origin":"given".*"files":\[\].*slugify-1-v0\/test\/slugify\.test\.js$/s,
      /"lines":\["it\(.*"origin":"given".*"causes":\[\{"sequence":1,/s,
      /"signature":"GenerateModule".*"parts":\[\{"part":"system prompt".*"rebuilt":"same"/s,
      /"path":"src\/slugify\.js".*"text":"# CRITICAL/s,
      /"taskId":"slugify-2".*"forkedFrom":\{"taskId":"slugify-1","sequence":4\}/,
      /"actions":\["start"\].*"nextAfterSequence":4.*"samePrefix":4/s,
      /"status":400.*"path":"more"/,
      /"status":"ok"/,
    ];
    expect(answers.length - 1).toBe(expected.length);
    for (const [index, form] of expected.entries()) expect(answers[index]).toMatch(form);
  });
});
