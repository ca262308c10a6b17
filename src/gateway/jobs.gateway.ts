import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import { Approvals, type ApprovalView, Jobs, JobStateError, type JobView } from '../jobs/index.ts';
import { NeedsRole } from '../policy/index.ts';
import { AnswerFilter } from './answer.filter.ts';
import { readRequest } from './requests.ts';
import { saidBy } from './said-by.ts';

/** What can be said to jobs over the socket; the same as over REST. */
@WebSocketGateway()
@NeedsRole('operator')
@UseFilters(AnswerFilter)
export class JobsGateway {
  constructor(
    private readonly jobs: Jobs,
    private readonly approvals: Approvals,
  ) {}

  @SubscribeMessage('job:cancel')
  async cancel(
    @ConnectedSocket() socket: Socket,
    @MessageBody() body: unknown,
  ): Promise<{ ok: true; changed: boolean; job: JobView }> {
    const { jobId, by, reason = 'cancelled by the user' } = readRequest('job:cancel', body);
    const { job, changed } = await this.jobs.cancel(jobId, { by: saidBy(socket, by), reason });
    if (!changed && job.status !== 'cancelled') throw new JobStateError(jobId, job.status, 'it stays so');
    return { ok: true, changed, job };
  }

  @SubscribeMessage('job:retry')
  async retry(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<{ ok: true; job: JobView }> {
    const { jobId, by } = readRequest('job:retry', body);
    return { ok: true, job: await this.jobs.retry(jobId, { by: saidBy(socket, by) }) };
  }

  @SubscribeMessage('approval:decide')
  async decide(
    @ConnectedSocket() socket: Socket,
    @MessageBody() body: unknown,
  ): Promise<{ ok: true; approval: ApprovalView }> {
    const { approvalId, by, ...decision } = readRequest('approval:decide', body);
    return { ok: true, approval: await this.approvals.decide(approvalId, { ...decision, by: saidBy(socket, by) }) };
  }
}
