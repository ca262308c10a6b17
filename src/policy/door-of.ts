import type { IncomingMessage } from 'node:http';

const MCP_PATH = /^\/mcp(?:[/?]|$)/;
/** What our own terminal client calls itself: its own word, and good for nothing but telling doors apart. */
const CLI_AGENT = /^taskloom-cli\//;

/** The door that a request over HTTP came in by. */
export function doorOf({ url = '/', headers }: Pick<IncomingMessage, 'url' | 'headers'>): 'mcp' | 'cli' | 'rest' {
  if (MCP_PATH.test(url)) return 'mcp';
  return CLI_AGENT.test(headers['user-agent'] ?? '') ? 'cli' : 'rest';
}
