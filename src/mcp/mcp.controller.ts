import { Controller, Delete, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authorize, NeedsRole, principalOf } from '../policy/index.ts';
import { takeOver } from './answer-failure.ts';
import { authInfoOf } from './sender.ts';
import { anybody } from './method-roles.ts';
import { McpFilter } from './mcp.filter.ts';
import { McpHttp } from './mcp-http.service.ts';
import { NoMessageError } from './mcp.errors.ts';
import { messageIssue } from './message-guard.ts';

/** The Model Context Protocol over streamable HTTP. GET and DELETE belong to sessions of 2025-11-25. */
@Controller('mcp')
@UseFilters(McpFilter)
@NeedsRole(...anybody)
@ApiExcludeController()
export class McpController {
  constructor(private readonly http: McpHttp) {}

  @Post()
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const issue = messageIssue(request.body);
    if (issue !== null) throw new NoMessageError(issue);
    await this.serve(request, reply);
  }

  @Get()
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.serve(request, reply);
  }

  @Delete()
  delete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.serve(request, reply);
  }

  private async serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const principal = authorize(principalOf(request.raw), anybody);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new Error('The client is gone.')));
    takeOver(reply);
    const raw = Object.assign(request.raw, {
      auth: authInfoOf({ principal, gone: gone.signal, correlationId: request.id }),
    });
    await this.http.handle(raw, reply.raw, request.body);
  }
}
