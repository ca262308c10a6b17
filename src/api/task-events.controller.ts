import { Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import { NeedsRole } from '../policy/index.ts';
import { EventPageDto } from './event.dto.ts';
import { ApiTaskId, ClientGone, LastEventId, Problems, RestController, WantsStream } from './rest.adapter.ts';
import { TaskEvents } from './task-events.service.ts';
import { EventsQuery } from './task-requests.dto.ts';

@RestController('tasks', 'tasks')
@NeedsRole('viewer')
export class TaskEventsController {
  constructor(private readonly events: TaskEvents) {}

  @Get(':id/events')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'readEvents',
    summary: 'Read or follow the events of a task',
    description:
      'As JSON one page. With `Accept: text/event-stream` Server-Sent Events that go on live: id is the stream sequence, data the event.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Where a stream goes on: what an EventSource sends by itself',
    schema: { type: 'string', pattern: '^[0-9]{1,15}$', example: '12' },
  })
  @ApiExtraModels(EventPageDto)
  @ApiOkResponse({
    description: 'A page, or a stream',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(EventPageDto) } },
      'text/event-stream': { schema: { type: 'string', example: 'id: 1\ndata: {"eventType":"TASK_CREATED"}\n\n' } },
    },
  })
  @Problems({ 400: 'The query is wrong, or the cursor of a stream is beyond its end', 404: 'There is no such task' })
  async read(
    @Param('id') id: string,
    @Query() query: EventsQuery,
    @WantsStream() wantsStream: boolean,
    @LastEventId() lastSeen: number | undefined,
    @ClientGone() gone: AbortSignal,
  ): Promise<EventPageDto | StreamableFile> {
    if (!wantsStream) return this.events.page(id, query);
    const cursor = lastSeen === undefined ? query : { ...query, afterSequence: lastSeen };
    return new StreamableFile(await this.events.stream(id, cursor, gone), { type: 'text/event-stream; charset=utf-8' });
  }
}
