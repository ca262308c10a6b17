import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { revisions } from '../support/mcp-client.ts';
import { conformanceSuite, FixtureServer, hasMcpTools, runNode } from '../support/mcp-tools.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const suite = hasMcpTools ? describe : describe.skip;

interface Scenario {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

/** The scenarios that a server must pass: the list under `server:` in the suite's own file of a revision. */
function requiredBy(revision: string): readonly string[] {
  const page = readFileSync(conformanceSuite.replace('dist/index.js', `requirements/${revision}.yaml`), 'utf8');
  const list = /^server:\n((?: {2}- .*\n)+)/m.exec(page)?.[1] ?? '';
  return [...list.matchAll(/- (\S+)/g)].map(([, name = '']) => name);
}

function scenariosIn(summary: string): ReadonlyMap<string, Scenario> {
  const lines = summary.matchAll(/^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed/gm);
  const scenarios = [...lines].map(([, name = '', passed, failed]) => {
    return { name, passed: Number(passed), failed: Number(failed) };
  });
  return new Map(scenarios.map((scenario) => [scenario.name, scenario]));
}

/**
 * Of the tasks extension, which the suite counts for nobody: all that it can ask of a server whose tools can do without
 * handles, as all of ours can.
 */
const extensions = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-mrtr-composition',
  'http-header-validation',
];

suite('the public conformance suite of MCP [MCP-3]', () => {
  const directory = temporaryDirectory();
  let server: FixtureServer;
  beforeAll(async () => {
    server = await FixtureServer.start();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it.each(revisions)(
    'has no failure in what protocol %s requires of a server, nor in the extension that we claim',
    async (revision) => {
      const { code, out } = await runNode(
        [conformanceSuite, 'server', '--url', `${server.url}/mcp`, '--requirements', revision],
        {},
        directory.path,
      );
      const scenarios = scenariosIn(out);
      const required = requiredBy(revision);
      expect(required.length).toBeGreaterThan(25);
      const claimed = [...required, ...(revision === '2026-07-28' ? extensions : [])];
      const failing = claimed.filter((name) => scenarios.get(name)?.failed !== 0 || scenarios.get(name)?.passed === 0);
      expect({ code, failing }).toEqual({ code: 0, failing: [] });
    },
  );
});

describe('what the conformance suite needs of a server beside the protocol [MCP-3]', () => {
  it('is served only by a program of the tests that is switched on, and is in no build', async () => {
    const program = fileURLToPath(new URL('fixture-server.ts', import.meta.url));
    const off = await runNode([program], {}, process.cwd());
    expect(off).toMatchObject({ code: 2, err: expect.stringContaining('TASKLOOM_MCP_FIXTURES=on') });
    const product = readFileSync(fileURLToPath(new URL('../../tsconfig.build.json', import.meta.url)), 'utf8');
    expect(JSON.parse(product)).toMatchObject({ include: ['src'] });
  });
});
