import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export type Revision = '2026-07-28' | '2025-11-25';

export const revisions: readonly Revision[] = ['2026-07-28', '2025-11-25'];

export interface McpClient extends AsyncDisposable {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** Calls a tool and answers its structured content; throws what a tool's error says. */
  call<T = Record<string, unknown>>(name: string, input?: Record<string, unknown>): Promise<T>;
}

/** The SDK's own client on a running server, bound to one revision of the protocol. */
export async function mcpClient(
  url: string,
  revision: Revision,
  { capabilities = {}, key }: { readonly capabilities?: object; readonly key?: string } = {},
): Promise<McpClient> {
  const client = new Client(
    { name: `test-${revision}`, version: '1.0.0' },
    { capabilities, versionNegotiation: { mode: revision === '2026-07-28' ? { pin: revision } : 'legacy' } },
  );
  const transport = new StreamableHTTPClientTransport(
    new URL('/mcp', url),
    key === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${key}` } } },
  );
  await client.connect(transport);
  return {
    client,
    transport,
    async call<T>(name: string, input: Record<string, unknown> = {}) {
      const result = await client.callTool({ name, arguments: input });
      if (result.isError) throw new Error(JSON.stringify(result.content));
      return result.structuredContent as T;
    },
    async [Symbol.asyncDispose]() {
      await client.close();
    },
  };
}
