import { Readable } from 'node:stream';
import { Get, Query, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import { actionsLike, type AuditFilter, AuditLog, csvHead, csvOf, ndjsonOf } from '../audit/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { NeedsRole } from '../policy/index.ts';
import { AuditEntryDto, AuditExportQuery, AuditFilterQuery, AuditPageDto, AuditQuery } from './audit.dto.ts';
import { Problems, RestController } from './rest.adapter.ts';

const DEFAULT_LIMIT = 50;

/** Who did what. */
@RestController('audit', 'audit')
@NeedsRole('operator')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @ApiOperation({
    operationId: 'readAudit',
    summary: 'Read the audit log',
    description: 'Who did what, when, why, by which door, and what came of it: the newest first, page by page.',
  })
  @ApiOkResponse({ type: AuditPageDto, description: 'A page' })
  @Problems({ 400: 'The query is wrong' })
  page(@Query() { limit = DEFAULT_LIMIT, cursor, ...filter }: AuditQuery): Promise<AuditPageDto> {
    return this.audit.page(filterOf(filter), { cursor, limit });
  }

  @Get('export')
  @ApiOperation({
    operationId: 'exportAudit',
    summary: 'Export the audit log',
    description: 'All that fits, the oldest first, up to now; as it is read, so that it may be of any length.',
  })
  @ApiExtraModels(AuditEntryDto)
  @ApiOkResponse({
    description: 'The entries',
    content: {
      'application/x-ndjson': { schema: { $ref: getSchemaPath(AuditEntryDto) } },
      'text/csv': { schema: { type: 'string', example: 'sequence,at,who,…\r\n' } },
    },
  })
  @Problems({ 400: 'The query is wrong' })
  export(@Query() { format = 'ndjson', ...filter }: AuditExportQuery): StreamableFile {
    const pages = this.audit.all(filterOf(filter));
    const lines = Readable.from(format === 'csv' ? csvLines(pages) : jsonLines(pages), { objectMode: false });
    const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8';
    return new StreamableFile(lines, { type, disposition: `attachment; filename="audit.${format}"` });
  }
}

type Pages = ReturnType<AuditLog['all']>;

async function* jsonLines(pages: Pages): AsyncGenerator<string> {
  for await (const page of pages) yield ndjsonOf(page);
}

async function* csvLines(pages: Pages): AsyncGenerator<string> {
  yield csvHead;
  for await (const page of pages) yield csvOf(page);
}

function filterOf({ job, task, who, action, since, until }: AuditFilterQuery): AuditFilter {
  if (job !== undefined && task !== undefined)
    throw new InvalidInputError([{ path: 'task', message: 'comes with job: give one of them' }]);
  const id = (job ?? task)?.normalize('NFC');
  return {
    ...(id === undefined ? {} : { subject: { kind: job === undefined ? 'task' : 'job', id } }),
    who,
    ...(action === undefined ? {} : { actions: actionsLike(action) }),
    since: since?.getTime(),
    until: until?.getTime(),
  };
}
