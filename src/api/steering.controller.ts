import { Body, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { InvalidInputError } from '../kernel/errors.ts';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import { type Once, SteeringService } from '../tasks/index.ts';
import { ApiIdempotencyKey, ApiTaskId, Host, OnceOnly, Problems, RestController } from './rest.adapter.ts';
import {
  AnswersDto,
  BugReportAnswerDto,
  BugReportRequestDto,
  CodeByHandDto,
  InterventionDto,
  PauseRequestDto,
  PlanDecisionDto,
  PlanEditDto,
  ResumeRequestDto,
} from './steering.dto.ts';
import { TaskDto, taskDtoOf } from './task.dto.ts';

const refused = { 400: 'The body is wrong', 404: 'There is no such task', 415: 'Not JSON' };

/** What people say to a task while it runs. */
@RestController('tasks', 'tasks')
@NeedsRole('operator')
export class SteeringController {
  constructor(private readonly steering: SteeringService) {}

  @Post(':id/interventions')
  @HttpCode(201)
  @ApiTaskId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'intervene',
    summary: 'Give guidance',
    description: 'It is in the context of the very next model call.',
  })
  @ApiCreatedResponse({ type: TaskDto, description: 'The task with the guidance recorded' })
  @Problems({ ...refused, 409: 'The task is over, or still at a limit' })
  async intervene(
    @Param('id') id: string,
    @Body() { by, ...given }: InterventionDto,
    @Caller() caller: Principal,
    @OnceOnly() once: Once,
    @Host() host: string,
  ): Promise<TaskDto> {
    return taskDtoOf(await this.steering.intervene(id, { ...given, by: personOf(caller, by) }, once), host);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @ApiTaskId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'pauseTask',
    summary: 'Pause a task',
    description: 'Nothing new is begun; what is in flight ends and is recorded. Pausing twice is the same as once.',
  })
  @ApiOkResponse({ type: TaskDto, description: 'The paused task' })
  @Problems({ ...refused, 409: 'The task is over' })
  async pause(
    @Param('id') id: string,
    @Body() { by, ...given }: PauseRequestDto,
    @Caller() caller: Principal,
    @OnceOnly() once: Once,
    @Host() host: string,
  ): Promise<TaskDto> {
    return taskDtoOf(await this.steering.pause(id, { ...given, by: personOf(caller, by) }, once), host);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiTaskId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'resumeTask',
    summary: 'Resume a task',
    description: 'With higher limits where one of them paused it. Resuming twice is the same as once.',
  })
  @ApiOkResponse({ type: TaskDto, description: 'The task, which goes on' })
  @Problems({ ...refused, 409: 'The task is over, or still at the limit that paused it' })
  async resume(
    @Param('id') id: string,
    @Body() { by, ...given }: ResumeRequestDto,
    @Caller() caller: Principal,
    @OnceOnly() once: Once,
    @Host() host: string,
  ): Promise<TaskDto> {
    return taskDtoOf(await this.steering.resume(id, { ...given, by: personOf(caller, by) }, once), host);
  }

  @Post(':id/answers')
  @HttpCode(200)
  @ApiTaskId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'answerQuestions',
    summary: 'Answer the questions of a task',
    description: 'All that are open, in their order.',
  })
  @ApiOkResponse({ type: TaskDto, description: 'The task, which goes on' })
  @Problems({ ...refused, 409: 'The task is over, or asks nothing' })
  async answer(
    @Param('id') id: string,
    @Body() { answers, by }: AnswersDto,
    @Caller() caller: Principal,
    @OnceOnly() once: Once,
    @Host() host: string,
  ): Promise<TaskDto> {
    return taskDtoOf(await this.steering.answer(id, { answers, by: personOf(caller, by) }, once), host);
  }

  @Post(':id/bug-reports')
  @HttpCode(201)
  @ApiTaskId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'reportBug',
    summary: 'Report a bug',
    description:
      'It starts a correction if it speaks of the code as it is; the answer says which. Recorded in any case.',
  })
  @ApiCreatedResponse({ type: BugReportAnswerDto, description: 'What comes of it' })
  @Problems({ ...refused, 409: 'The task is over, or has no code yet' })
  async reportBug(
    @Param('id') id: string,
    @Body() { by, ...report }: BugReportRequestDto,
    @Caller() caller: Principal,
    @OnceOnly() once: Once,
    @Host() host: string,
  ): Promise<BugReportAnswerDto> {
    const { task, ...verdict } = await this.steering.reportBug(id, { ...report, by: personOf(caller, by) }, once);
    return { ...verdict, task: taskDtoOf(task, host) };
  }

  @Post(':id/code')
  @HttpCode(201)
  @ApiTaskId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'provideCode',
    summary: 'Hand in code for a module',
    description: 'A new code version, judged by the same tests; what a model still writes of the module is not used.',
  })
  @ApiCreatedResponse({ type: TaskDto, description: 'The task with the code' })
  @Problems({ ...refused, 404: 'There is no such task, or no plan yet', 409: 'The task is over' })
  async provideCode(
    @Param('id') id: string,
    @Body() { by, ...given }: CodeByHandDto,
    @Caller() caller: Principal,
    @OnceOnly() once: Once,
    @Host() host: string,
  ): Promise<TaskDto> {
    return taskDtoOf(await this.steering.provideCode(id, { ...given, by: personOf(caller, by) }, once), host);
  }

  @Put(':id/plan')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'editPlan',
    summary: 'Edit the plan',
    description: 'At any time. Modules that differ, and those that depend on them, are built anew; nothing else is.',
  })
  @ApiOkResponse({ type: TaskDto, description: 'The task with the new plan; an approval is asked for again' })
  @Problems({
    ...refused,
    404: 'There is no such task, or no plan yet',
    409: 'The task is over, or its plan is not the one you saw',
  })
  async editPlan(
    @Param('id') id: string,
    @Body() { by, ...edit }: PlanEditDto,
    @Caller() caller: Principal,
    @Host() host: string,
  ): Promise<TaskDto> {
    return taskDtoOf(await this.steering.editPlan(id, { ...edit, by: personOf(caller, by) }), host);
  }

  @Post(':id/plan/decision')
  @HttpCode(200)
  @ApiTaskId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'decidePlan',
    summary: 'Approve or reject the plan',
    description: 'Bound to the plan that you saw: one that has changed meanwhile is neither approved nor rejected.',
  })
  @ApiOkResponse({ type: TaskDto, description: 'The task, which goes on' })
  @Problems({
    ...refused,
    404: 'There is no such task, or no plan yet',
    409: 'The task is over, or its plan is not the one you saw',
  })
  async decide(
    @Param('id') id: string,
    @Body() { decision, planHash, reason, by: said }: PlanDecisionDto,
    @Caller() caller: Principal,
    @OnceOnly() once: Once,
    @Host() host: string,
  ): Promise<TaskDto> {
    const by = personOf(caller, said);
    if (decision === 'approve') return taskDtoOf(await this.steering.approvePlan(id, { planHash, by }, once), host);
    if (reason === undefined) throw new InvalidInputError([{ path: 'reason', message: 'is missing: say why' }]);
    return taskDtoOf(await this.steering.rejectPlan(id, { planHash, reason, by }, once), host);
  }
}
