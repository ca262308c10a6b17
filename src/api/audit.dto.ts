import { ApiProperty } from '@nestjs/swagger';
import { type AuditEntry, actionsLike, auditActions, results, subjectKinds } from '../audit/index.ts';
import { doors, proofs } from '../kernel/acting.ts';
import { roles } from '../kernel/roles.ts';
import { CheckedField, ChoiceField, NumberInQuery, TextField } from './fields.dto.ts';
import { MomentInQuery } from './moment.dto.ts';

/** By what entries are looked for; all of it has to fit. */
export class AuditFilterQuery {
  @TextField({ description: 'Only what was done to this job', example: 'invoices-1', maxLength: 256, optional: true })
  job?: string;

  @TextField({ description: 'Only what was done to this task', example: 'slugify-1', maxLength: 256, optional: true })
  task?: string;

  @TextField({ description: 'Only what this one did', example: 'ada', maxLength: 256, optional: true })
  who?: string;

  @CheckedField(
    {
      type: String,
      description: 'Only this action, or all that begin with this word',
      example: 'approval',
      maxLength: 100,
      optional: true,
    },
    'isAction',
    (value) =>
      typeof value === 'string' && actionsLike(value).length > 0
        ? null
        : `must be one of ${auditActions.join(', ')}, or the word before the dot of one`,
  )
  action?: string;

  @MomentInQuery({ description: 'Only what was done at this moment or later' })
  since?: Date;

  @MomentInQuery({ description: 'Only what was done at this moment or before' })
  until?: Date;
}

export class AuditQuery extends AuditFilterQuery {
  @NumberInQuery({ description: 'Entries of a page. Default: 50', example: 50, min: 1, max: 200 })
  limit?: number;

  @NumberInQuery({
    description: 'nextCursor of the page before',
    example: 120,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  })
  cursor?: number;
}

export const exportFormats = ['ndjson', 'csv'] as const;

export class AuditExportQuery extends AuditFilterQuery {
  @ChoiceField({
    description: 'One JSON object a line, or a table with a head. Default: ndjson',
    example: 'csv',
    choices: exportFormats,
    optional: true,
  })
  format?: (typeof exportFormats)[number];
}

const text = (description: string, example: string) => ({ type: String, description, example }) as const;
const textOrNull = (description: string, example: string) =>
  ({ ...text(description, example), nullable: true }) as const;

export class AuditEntryDto implements AuditEntry {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'Its place, and that of its event in the log',
    example: 120,
  })
  sequence!: number;

  @ApiProperty({ ...text('The event', '01937b1e-6a1c-7000-8000-000000000000'), format: 'uuid' })
  eventId!: string;

  @ApiProperty(text('What the event is', 'APPROVAL_GIVEN'))
  eventType!: string;

  @ApiProperty({ ...text('When', '2026-11-27T12:00:00.000Z'), format: 'date-time' })
  at!: string;

  @ApiProperty(
    text('The name of the key; where none is needed who callers say they are; `taskloom`: the server itself', 'ada'),
  )
  who!: string;

  @ApiProperty({ type: String, enum: [...proofs], description: 'How that was found out', example: 'key' })
  proof!: AuditEntry['proof'];

  @ApiProperty(textOrNull('Of the key, where it is one of the database', '0f3a5c7e9b1d2f48'))
  keyId!: string | null;

  @ApiProperty({ type: String, enum: [...roles], nullable: true, description: 'Of the key', example: 'operator' })
  role!: AuditEntry['role'];

  @ApiProperty({ type: String, enum: [...doors], description: 'Where it came in by', example: 'rest' })
  door!: AuditEntry['door'];

  @ApiProperty({ type: String, enum: [...auditActions], description: 'What was done', example: 'approval.given' })
  action!: AuditEntry['action'];

  @ApiProperty({ type: String, enum: [...subjectKinds], description: 'To what kind of thing', example: 'job' })
  kind!: AuditEntry['kind'];

  @ApiProperty(text('To which one', 'invoices-1'))
  subject!: string;

  @ApiProperty(textOrNull('To which step of the job', 'pay'))
  step!: string | null;

  @ApiProperty(text('The same in one sentence', 'Approved step pay'))
  what!: string;

  @ApiProperty(textOrNull('The reason that was given', 'it is due'))
  why!: string | null;

  @ApiProperty({ type: String, enum: [...results], description: 'How it came out', example: 'ok' })
  result!: AuditEntry['result'];

  @ApiProperty(textOrNull('What came of it, or what was wrong, at most 500 characters', 'approval 0198f6a4-6a3c-…'))
  detail!: string | null;

  @ApiProperty(text('Of the request that it came of, else of the stream', 'checkout-42'))
  correlationId!: string;
}

export class AuditPageDto {
  @ApiProperty({ type: () => AuditEntryDto, isArray: true, description: 'The newest first', example: [] })
  entries!: readonly AuditEntryDto[];

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 1,
    description: 'Give it as cursor for the next page; null at the end',
    example: 71,
  })
  nextCursor!: number | null;
}
