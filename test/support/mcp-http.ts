import type { Answer } from './rest.ts';

/** What the tests say to the MCP door without any library: as any other program, or an attacker, would. */
export async function postMcp(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const json = /^data: (\{.*"jsonrpc".*)$/m.exec(text)?.[1] ?? text;
  return { status: response.status, headers: response.headers, body: json ? (JSON.parse(json) as Answer['body']) : {} };
}

export const MODERN = '2026-07-28';

/** A request of the stateless revision, with the headers that it has to be mirrored in. */
export function modern(
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  capabilities: object = {},
): { readonly body: object; readonly headers: Record<string, string> } {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': { name: 'bare', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const name = params.name ?? params.uri ?? params.taskId;
  return {
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
    headers: {
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  };
}

export async function askModern(url: string, method: string, params?: Record<string, unknown>, capabilities?: object) {
  const { body, headers } = modern(method, params, capabilities);
  return postMcp(url, body, headers);
}

/** Begins a session of 2025-11-25 and answers its id. */
export async function openSession(url: string): Promise<string> {
  const { headers, status } = await postMcp(url, {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bare', version: '1' } },
  });
  if (status !== 200) throw new Error(`initialize: ${status}`);
  return headers.get('mcp-session-id') ?? '';
}

export const inSession = (id: string) => ({ 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' });
