import type { FastifyReply } from 'fastify';
import type { JsonRpcFailure } from './json-rpc-answer.ts';

/** From here on the answer is written on Node's own response: with the headers that every answer of the server has. */
export function takeOver(reply: FastifyReply): void {
  if (reply.sent) return;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
}

/** Answers with an error, or breaks the answer off where it has begun, so that nobody takes it for complete. */
export function answerFailure(reply: FastifyReply, { status, headers, body }: JsonRpcFailure): void {
  takeOver(reply);
  if (reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  reply.raw.writeHead(status, headers).end(JSON.stringify(body));
}
