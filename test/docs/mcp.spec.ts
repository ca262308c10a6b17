import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { McpServers } from '../../src/mcp/index.ts';
import { mcpClient } from '../support/mcp-client.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/mcp.md', import.meta.url)), 'utf8');

/** The rows of a table whose first cell is code: that, and the last cell. */
function rows(heading: string): readonly (readonly [string, string])[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const found = section.matchAll(/^\| `([^`]+)` +\|(?:.*\|)? ([^|]*?) +\|$/gm);
  return [...found].map(([, name = '', last = '']) => [name, last]);
}

describe('docs/mcp.md', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await runServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('lists exactly the tools, with the roles they need [MCP-2, PL-10]', () => {
    const tools = server.app.get(McpServers).tools.map(({ name, role }) => [name, role.join(', ')]);
    expect(rows('Tools').toSorted()).toEqual(tools.toSorted());
  });

  it('lists exactly the resources and prompts [MCP-2, PL-10]', async () => {
    await using mcp = await mcpClient(server.url, '2026-07-28');
    const { resources } = await mcp.client.listResources();
    const { resourceTemplates } = await mcp.client.listResourceTemplates();
    const there = [...resources.map(({ uri }) => uri), ...resourceTemplates.map(({ uriTemplate }) => uriTemplate)];
    expect(rows('Resources').map(([uri]) => uri)).toEqual(there);
    const { prompts } = await mcp.client.listPrompts();
    const section = page.split('\n## Prompts\n')[1]?.split('\n## ')[0] ?? '';
    expect([...section.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(prompts.map(({ name }) => name));
  });
});
