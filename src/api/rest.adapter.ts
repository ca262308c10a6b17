import {
  applyDecorators,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Header,
  UsePipes,
} from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiParam, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accepts } from './accepts.ts';
import { onceOf } from './idempotency-key.ts';
import { readLastEventId } from './server-sent-events.ts';
import { ProblemDto } from './problem.dto.ts';
import { HashedPlanDto } from './results.dto.ts';
import { StrictValidationPipe } from './strict-validation.pipe.ts';
import { readSubmitter } from './submitter.ts';

/** A controller of the REST door: strict validation, and the problems that any route may answer with. */
export function RestController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller(path),
    UsePipes(StrictValidationPipe),
    ApiTags(tag),
    ApiExtraModels(ProblemDto),
    ApiHeader({
      name: 'x-correlation-id',
      required: false,
      description: 'Ties the answer, its events and the log to your own request; default: a new one',
      schema: { type: 'string', maxLength: 128, example: 'checkout-42' },
    }),
    Problems({
      401: 'No key was shown where one is needed, or it is not valid',
      403: 'The role of the key is not enough, or the Host or Origin header names another site',
      429: 'Too many requests; see Retry-After',
      500: 'Our own fault; the log has it',
    }),
  );
}

export const ApiTaskId = () =>
  ApiParam({
    name: 'id',
    description: 'The task, percent-encoded',
    schema: { type: 'string', minLength: 1, maxLength: 256, example: 'slugify-1' },
  });

/** Headers of answers by what they tell. */
export const answerHeaders = {
  location: {
    Location: {
      description: 'Where what was made is from now on',
      schema: { type: 'string', format: 'uri', example: 'http://127.0.0.1:9876/tasks/slugify-1' },
    },
  },
} as const;

export const ApiJobId = () =>
  ApiParam({
    name: 'id',
    description: 'The job, percent-encoded',
    schema: { type: 'string', minLength: 1, maxLength: 256, example: 'invoices-1' },
  });

/** The key of an agent, which it was given at its registration; '' without one, which is that of none. */
export const AgentKey = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['x-agent-key'];
  return typeof header === 'string' ? header : '';
});

export const ApiAgentKey = () =>
  ApiHeader({
    name: 'X-Agent-Key',
    required: true,
    description: 'The key from the registration of the agent',
    schema: { type: 'string', minLength: 1, maxLength: 200, example: 'agent_Zx4' },
  });

export const ApiIdempotencyKey = () =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Makes the request safe to repeat: the same key with the same body of the same submitter does nothing again for IDEMPOTENCY_TTL_MS, and answers what came of it',
    schema: { type: 'string', minLength: 1, maxLength: 255, example: '8e03978e-40d5-43e8-bc93-6894a57f9324' },
  });

export const ApiSubmitter = () =>
  ApiHeader({
    name: 'X-Submitter',
    required: false,
    description: 'On whose behalf: submitters take turns. Not checked; who says nothing shares one turn',
    schema: { type: 'string', minLength: 1, maxLength: 100, example: 'nightly-build' },
  });

/** Documents error answers by their status: why each may come. */
export function Problems(reasons: Readonly<Record<number, string>>): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ...Object.entries(reasons).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
      }),
    ),
  );
}

/** What a model may have written: handed over, never shown or run by a browser. */
export function Untrusted(): MethodDecorator {
  return Header('content-security-policy', "default-src 'none'; sandbox; frame-ancestors 'none'");
}

/** The bytes of a file. */
export function FileAnswer(): MethodDecorator {
  return applyDecorators(
    Untrusted(),
    ApiResponse({
      status: 200,
      description: 'The bytes',
      content: { 'text/plain': { schema: { type: 'string', example: 'export const slugify = …' } } },
    }),
  );
}

/** A plan as JSON, or as the Markdown of its document. */
export function PlanAnswer(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(HashedPlanDto),
    ApiResponse({
      status: 200,
      description: 'The plan',
      content: {
        'application/json': { schema: { $ref: getSchemaPath(HashedPlanDto) } },
        'text/markdown': { schema: { type: 'string', example: '## Implementation Plan: Slugs\n…' } },
      },
    }),
  );
}

/** The Host header, which has been checked to be ours. */
export const Host = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().host,
);

/** How the request is made safe to repeat; see ApiIdempotencyKey. */
export const OnceOnly = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const http = context.switchToHttp();
  return onceOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});

export const Submitter = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  readSubmitter(context.switchToHttp().getRequest<FastifyRequest>().headers['x-submitter']),
);

/** Last-Event-ID: what a reconnecting EventSource has seen last. */
export const LastEventId = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  readLastEventId(context.switchToHttp().getRequest<FastifyRequest>().headers['last-event-id']),
);

/** Whether the client asks for a stream of events rather than for JSON. */
export const WantsStream = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  accepts(context.switchToHttp().getRequest<FastifyRequest>().headers.accept, 'text/event-stream'),
);

/** Whether the client asks for Markdown rather than for JSON. */
export const WantsMarkdown = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  accepts(context.switchToHttp().getRequest<FastifyRequest>().headers.accept, 'text/markdown'),
);

/** Whether the Accept header names JSON, rather than anything. */
export const WantsJson = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  accepts(context.switchToHttp().getRequest<FastifyRequest>().headers.accept, 'application/json'),
);

/** Aborts when the client is gone or has its whole answer: what is still being done for it is for nobody. */
export const ClientGone = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const gone = new AbortController();
  // Also after an answer in full: to HEAD it is out at once, while the stream behind it would go on for ever.
  context
    .switchToHttp()
    .getResponse<FastifyReply>()
    .raw.once('close', () => gone.abort(new Error('The client is gone.')));
  return gone.signal;
});
