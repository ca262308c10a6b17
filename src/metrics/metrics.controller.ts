import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NeedsRole } from '../policy/index.ts';
import { formatFor } from './exposition.ts';
import { Metrics } from './metrics.ts';

const example = '# HELP dead_letters Jobs that failed for good.\n# TYPE dead_letters gauge\ndead_letters 0\n';
const text = { schema: { type: 'string', maxLength: 10_000_000 }, example };

/** The problem that the REST door answers with, which describes it. */
const Problem = (status: number, description: string) =>
  ApiResponse({
    status,
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } },
  });

/** For Prometheus, and whoever reads its formats. */
@Controller('metrics')
@NeedsRole('viewer')
@ApiTags('health')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Figures for monitoring',
    description:
      'Counters, durations and gauges in the text format of Prometheus, or as OpenMetrics where Accept asks for it. Counters begin at 0 when the server starts.',
  })
  @ApiHeader({
    name: 'x-correlation-id',
    required: false,
    description: 'Ties the answer and the log to your own request; default: a new one',
    schema: { type: 'string', maxLength: 128, example: 'checkout-42' },
  })
  @ApiOkResponse({
    description: 'All of them',
    content: { 'text/plain': text, 'application/openmetrics-text': text },
  })
  @Problem(401, 'No key was shown where one is needed, or it is not valid')
  @Problem(403, 'The role of the key is not enough, or the Host or Origin header names another site')
  @Problem(429, 'Too many requests; see Retry-After')
  @Problem(500, 'Our own fault; the log has it')
  async scrape(
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { contentType, text: answer } = await this.metrics.scrape(formatFor(accept));
    void reply.header('content-type', contentType);
    return answer;
  }
}
