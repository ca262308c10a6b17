import { Module } from '@nestjs/common';
import { McpController } from './mcp.controller.ts';
import { McpHttp } from './mcp-http.service.ts';
import { McpServers } from './mcp-servers.service.ts';

/** The door for models and their clients: the Model Context Protocol. */
@Module({ controllers: [McpController], providers: [McpServers, McpHttp] })
export class McpModule {}
