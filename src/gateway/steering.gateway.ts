import { UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import { NeedsRole } from '../policy/index.ts';
import { SteeringService, TaskFinishedError, TasksService, type TaskView } from '../tasks/index.ts';
import { AnswerFilter } from './answer.filter.ts';
import { readRequest } from './requests.ts';
import { saidBy } from './said-by.ts';

interface Said {
  readonly ok: true;
  readonly task: TaskView;
}

/** What can be said to a task over the socket; the same as over REST. */
@WebSocketGateway()
@NeedsRole('operator')
@UseFilters(AnswerFilter)
export class SteeringGateway {
  constructor(
    private readonly tasks: TasksService,
    private readonly steering: SteeringService,
  ) {}

  @SubscribeMessage('intervene')
  async intervene(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Said> {
    const { taskId, by, ...given } = readRequest('intervene', body);
    return { ok: true, task: await this.steering.intervene(taskId, { ...given, by: saidBy(socket, by) }) };
  }

  @SubscribeMessage('pause')
  async pause(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Said> {
    const { taskId, by, ...given } = readRequest('pause', body);
    return { ok: true, task: await this.steering.pause(taskId, { ...given, by: saidBy(socket, by) }) };
  }

  @SubscribeMessage('resume')
  async resume(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Said> {
    const { taskId, by, ...given } = readRequest('resume', body);
    return { ok: true, task: await this.steering.resume(taskId, { ...given, by: saidBy(socket, by) }) };
  }

  @SubscribeMessage('answer')
  async answer(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Said> {
    const { taskId, by, answers } = readRequest('answer', body);
    return { ok: true, task: await this.steering.answer(taskId, { answers, by: saidBy(socket, by) }) };
  }

  @SubscribeMessage('cancel')
  async cancel(
    @ConnectedSocket() socket: Socket,
    @MessageBody() body: unknown,
  ): Promise<Said & { readonly changed: boolean }> {
    const { taskId, by, reason = 'cancelled by the user' } = readRequest('cancel', body);
    const { task, changed } = await this.tasks.cancel(taskId, { by: saidBy(socket, by), reason });
    if (!changed && task.status !== 'cancelled') throw new TaskFinishedError(task.taskId, task.status);
    return { ok: true, changed, task };
  }
}
