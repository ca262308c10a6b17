import { UseFilters } from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { NeedsRole } from '../policy/index.ts';
import { SteeringService, TaskFinishedError, TasksService, type TaskView } from '../tasks/index.ts';
import { AnswerFilter } from './answer.filter.ts';
import { readRequest } from './requests.ts';

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
  async intervene(@MessageBody() body: unknown): Promise<Said> {
    const { taskId, by = 'user', ...given } = readRequest('intervene', body);
    return { ok: true, task: await this.steering.intervene(taskId, { ...given, by }) };
  }

  @SubscribeMessage('pause')
  async pause(@MessageBody() body: unknown): Promise<Said> {
    const { taskId, by = 'user', ...given } = readRequest('pause', body);
    return { ok: true, task: await this.steering.pause(taskId, { ...given, by }) };
  }

  @SubscribeMessage('resume')
  async resume(@MessageBody() body: unknown): Promise<Said> {
    const { taskId, by = 'user', ...given } = readRequest('resume', body);
    return { ok: true, task: await this.steering.resume(taskId, { ...given, by }) };
  }

  @SubscribeMessage('answer')
  async answer(@MessageBody() body: unknown): Promise<Said> {
    const { taskId, by = 'user', answers } = readRequest('answer', body);
    return { ok: true, task: await this.steering.answer(taskId, { answers, by }) };
  }

  @SubscribeMessage('cancel')
  async cancel(@MessageBody() body: unknown): Promise<Said & { readonly changed: boolean }> {
    const { taskId, by = 'user', reason = 'cancelled by the user' } = readRequest('cancel', body);
    const { task, changed } = await this.tasks.cancel(taskId, { by, reason });
    if (!changed && task.status !== 'cancelled') throw new TaskFinishedError(task.taskId, task.status);
    return { ok: true, changed, task };
  }
}
