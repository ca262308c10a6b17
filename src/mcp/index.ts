export { configureMcp } from './mcp.adapter.ts';
export { McpModule } from './mcp.module.ts';
export { type Addition, McpServers } from './mcp-servers.service.ts';
