import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler, toWebRequest, type NodeMcpRequestHandler } from '@modelcontextprotocol/node';
import { type AuthInfo, createMcpHandler, isLegacyRequest, type McpHttpHandler } from '@modelcontextprotocol/server';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventStore } from '../events/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { authorize } from '../policy/index.ts';
import { rolesFor } from './method-roles.ts';
import { McpServers } from './mcp-servers.service.ts';
import { breakOffWhenStuck } from './stuck-answer.ts';
import { ResourceNews } from './resource-news.ts';
import { senderOf } from './sender.ts';
import { Sessions } from './sessions.ts';
import { serveSubscriptions } from './session-subscriptions.ts';

/** One endpoint for both revisions: requests of 2026-07-28 are served one by one, those of 2025-11-25 by their session. */
@Injectable()
export class McpHttp implements OnModuleDestroy {
  readonly sessions: Sessions;
  readonly news: ResourceNews;
  private readonly stateless: McpHttpHandler;
  private readonly serveStateless: NodeMcpRequestHandler;
  private readonly maxStuckMs: number;
  private readonly logger = new Logger('Mcp');

  constructor(
    private readonly servers: McpServers,
    events: EventStore,
    @Inject(CONFIGURATION) configuration: Configuration,
  ) {
    const report = (error: unknown) => this.logger.debug({ err: error }, 'A request was refused, or nobody was there');
    this.maxStuckMs = configuration.SOCKET_ACK_TIMEOUT_MS;
    this.news = new ResourceNews(events, (error) => this.logger.warn({ err: error }, 'Following the log failed'));
    this.stateless = createMcpHandler((context) => servers.create(context), {
      legacy: 'reject',
      bus: this.news,
      maxSubscriptions: configuration.MCP_MAX_SESSIONS,
      maxRequestBodySize: configuration.BODY_MAX_BYTES,
      onerror: report,
    });
    this.serveStateless = toNodeHandler(this.stateless, { onerror: report });
    this.sessions = new Sessions({
      maxSessions: configuration.MCP_MAX_SESSIONS,
      idleMs: configuration.MCP_SESSION_IDLE_MS,
      create: () => {
        const server = servers.create({ era: 'legacy' });
        serveSubscriptions(server, this.news);
        return server;
      },
      report,
    });
  }

  /**
   * Answers a request whose body has been read. Rejects before anything was answered, or not at all: with RoleDeniedError
   * for a method or tool that the sender may not use, and what Sessions reject with.
   */
  async handle(request: IncomingMessage & { auth: AuthInfo }, response: ServerResponse, body: unknown): Promise<void> {
    authorize(senderOf(request.auth).principal, rolesFor(body, this.servers.tools));
    breakOffWhenStuck(response, this.maxStuckMs);
    const isLegacy = await isLegacyRequest(await toWebRequest(request, body), body);
    if (isLegacy) await this.sessions.handle(request, response, body);
    else await this.serveStateless(request, response, body);
  }

  async onModuleDestroy(): Promise<void> {
    this.news.close();
    await Promise.all([this.stateless.close(), this.sessions.close()]);
  }
}
