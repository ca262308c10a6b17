export { configureMcp, mcpSessionCount } from './mcp.adapter.ts';
export type { Fields, ProtocolTasks } from './protocol-tasks.ts';
export { McpModule } from './mcp.module.ts';
export { type Extension, McpServers } from './mcp-servers.service.ts';
