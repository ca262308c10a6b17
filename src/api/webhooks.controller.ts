import { Body, Delete, Get, HttpCode, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { Caller, NeedsRole, type Principal } from '../policy/index.ts';
import { IdempotencyKeys, isRepetition, type Once } from '../tasks/index.ts';
import { newWebhookId, WebhooksService } from '../webhooks/index.ts';
import { ApiIdempotencyKey, OnceOnly, Problems, RestController } from './rest.adapter.ts';
import {
  CreatedWebhookDto,
  DeliveriesQuery,
  DeliveryDto,
  DeliveryPageDto,
  NewWebhookDto,
  WebhookDto,
  WebhookListDto,
} from './webhooks.dto.ts';

const ApiWebhookId = () =>
  ApiParam({
    name: 'id',
    description: 'The webhook',
    schema: { type: 'string', minLength: 1, maxLength: 64, example: '01937b1e-6a1c-7000-8000-000000000000' },
  });

const ApiDeliveryId = () =>
  ApiParam({
    name: 'deliveryId',
    description: 'The delivery',
    schema: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, example: 7 },
  });

const unknown = { 404: 'There is no such webhook' };

/** Where events are sent to. */
@RestController('webhooks', 'webhooks')
@NeedsRole('admin')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly keys: IdempotencyKeys,
  ) {}

  @Post()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Have events sent to a URL',
    description: 'What happens from now on, signed as Standard Webhooks has it; each at least once and in order.',
  })
  @ApiCreatedResponse({ type: CreatedWebhookDto, description: 'The webhook, with its secret' })
  @Problems({ 409: 'There are as many as may be' })
  async create(
    @Body() webhook: NewWebhookDto,
    @OnceOnly() once: Once,
    @Caller() caller: Principal,
  ): Promise<CreatedWebhookDto> {
    for (;;) {
      const first = await this.keys.find(once, webhook);
      if (first) return this.webhooks.get(first.taskId);
      const id = newWebhookId();
      const alongside = this.keys.remember(once, webhook, { taskId: id, outcome: null });
      try {
        return await this.webhooks.create(webhook, { id, by: caller.name, alongside });
      } catch (error) {
        if (!isRepetition(error)) throw error;
      }
    }
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'List webhooks', description: 'Never with their secrets.' })
  @ApiOkResponse({ type: WebhookListDto, description: 'All of them' })
  async list(): Promise<WebhookListDto> {
    return { webhooks: await this.webhooks.list() };
  }

  @Get(':id')
  @ApiWebhookId()
  @ApiOperation({
    operationId: 'getWebhook',
    summary: 'Show a webhook',
    description: 'How far it has come, and its problem.',
  })
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook' })
  @Problems(unknown)
  get(@Param('id') id: string): Promise<WebhookDto> {
    return this.webhooks.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiWebhookId()
  @ApiOperation({
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    description: 'With what is kept of its deliveries.',
  })
  @ApiNoContentResponse({ description: 'Deleted' })
  @Problems(unknown)
  remove(@Param('id') id: string, @Caller() caller: Principal): Promise<void> {
    return this.webhooks.remove(id, caller.name);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiWebhookId()
  @ApiOperation({
    operationId: 'resumeWebhook',
    summary: 'Resume a webhook',
    description: 'Sends what has happened since it was disabled; a failing one is tried at once.',
  })
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook' })
  @Problems(unknown)
  resume(@Param('id') id: string, @Caller() caller: Principal): Promise<WebhookDto> {
    return this.webhooks.resume(id, caller.name);
  }

  @Get(':id/deliveries')
  @ApiWebhookId()
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'List deliveries of a webhook',
    description: 'Every attempt with what came of it, the newest first; the last 500 are kept.',
  })
  @ApiOkResponse({ type: DeliveryPageDto, description: 'A page' })
  @Problems({ ...unknown, 400: 'The query is wrong' })
  deliveries(@Param('id') id: string, @Query() query: DeliveriesQuery): Promise<DeliveryPageDto> {
    return this.webhooks.deliveries(id, query);
  }

  @Post(':id/deliveries/:deliveryId/redeliver')
  @HttpCode(200)
  @ApiWebhookId()
  @ApiDeliveryId()
  @ApiOperation({
    operationId: 'redeliver',
    summary: 'Send an event once more',
    description: 'Now and out of turn, with the same webhook-id: receivers see that they know it.',
  })
  @ApiOkResponse({ type: DeliveryDto, description: 'What came of it' })
  @Problems({ 400: 'The id of the delivery is no number', 404: 'There is no such webhook or delivery (any more)' })
  redeliver(@Param('id') id: string, @Param('deliveryId', ParseIntPipe) deliveryId: number): Promise<DeliveryDto> {
    return this.webhooks.redeliver(id, deliveryId);
  }
}
