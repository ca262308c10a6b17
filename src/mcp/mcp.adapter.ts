import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { answerFailure } from './answer-failure.ts';
import { jsonRpcFailureOf } from './json-rpc-answer.ts';
import { McpHttp } from './mcp-http.service.ts';

/** Sessions of clients of 2025-11-25 that are open now. */
export function mcpSessionCount(app: NestFastifyApplication): number {
  return app.get(McpHttp).sessions.count;
}

const PATH = '/mcp';

/** Has bodies that cannot be read refused in the protocol's own words: that happens before any filter. Call before init. */
export function configureMcp(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', (route) => {
      if (route.url !== PATH) return;
      route.errorHandler = (error, _request, reply) => answerFailure(reply, jsonRpcFailureOf(error));
    });
}
