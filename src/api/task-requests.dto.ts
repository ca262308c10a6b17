import { Transform } from 'class-transformer';
import {
  type BriefingQuery as Brief,
  type ExplainQuery as Explain,
  type Fork,
  type TaskQuery,
  taskStatuses,
  type TaskStatus,
} from '../tasks/index.ts';
import { MomentInQuery, readMoment } from './moment.dto.ts';
import { CheckedField, ChoiceField, NumberField, NumberInQuery, TextField, TextListField } from './fields.dto.ts';
import { MetadataField, NewTaskIdField, PriorityField } from './task-fields.dto.ts';

export class TaskListQuery implements TaskQuery {
  @ChoiceField({ description: 'Only tasks of this status', example: 'running', choices: taskStatuses, optional: true })
  status?: TaskStatus;

  @TextField({ description: 'Only tasks in this language', example: 'javascript', maxLength: 64, optional: true })
  language?: string;

  @MetadataField(
    'Only tasks that were given all of these: metadata[project]=blog, or metadata.project=blog, which is the same',
  )
  // As it came: class-transformer leaves out what every object has, such as toString.
  @Transform(({ obj }: { obj: { metadata?: unknown } }) => obj.metadata)
  metadata?: Record<string, string>;

  @TextField({
    description: 'Only tasks whose prompt has all of these words, in any order; the last one may be a beginning',
    example: 'slug titl',
    maxLength: 1000,
    optional: true,
  })
  text?: string;

  @MomentInQuery({ description: 'Only tasks that were accepted at this moment or later' })
  createdAfter?: Date;

  @MomentInQuery({ description: 'Only tasks that were accepted at this moment or before' })
  createdBefore?: Date;

  @NumberInQuery({ description: 'Tasks of a page. Default: 50', example: 50, min: 1, max: 200 })
  limit?: number;

  @NumberInQuery({ description: 'nextBefore of the page before', example: 120, min: 0, max: Number.MAX_SAFE_INTEGER })
  before?: number;
}

export class CancelQuery {
  @TextField({ description: 'Why; it is recorded', example: 'not needed any more', maxLength: 1000, optional: true })
  reason?: string;
}

export class ForkDto implements Fork {
  @NumberField({
    description: 'Last event that the new task has too, a stream sequence. Default: the newest',
    example: 12,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
  })
  afterSequence?: number;

  @NewTaskIdField()
  taskId?: string;

  @PriorityField('Default: that of the other task')
  priority?: string | number;
}

export class ReplayQuery {
  @NumberInQuery({
    description: 'Only steps after this stream sequence. Default: 0',
    example: 12,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  afterSequence?: number;

  @NumberInQuery({ description: 'Steps of a page. Default: 100', example: 100, min: 1, max: 1000 })
  limit?: number;
}

export class CompareQuery {
  @TextField({ description: 'The other task', example: 'slugify-2', maxLength: 256 })
  with!: string;
}

export class StateQuery {
  @CheckedField(
    {
      description: 'As it was after this stream sequence, or at this ISO 8601 moment. Default: now',
      example: 12,
      optional: true,
      oneOf: [
        { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        { type: 'string', format: 'date-time' },
      ],
    },
    'isPastMoment',
    (value) =>
      typeof value === 'number' || value instanceof Date
        ? null
        : 'must be a stream sequence or an ISO 8601 moment such as 2026-11-24T12:00:00Z (write + as %2B)',
  )
  @Transform(({ value }: { value: unknown }) => momentOf(value))
  until?: number | Date;
}

export class EventsQuery {
  @NumberInQuery({
    description: 'Only events after this stream sequence; a Last-Event-ID header goes before it. Default: 0',
    example: 12,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  afterSequence?: number;

  @NumberInQuery({
    description: 'Events of a page (of a stream: no limit). Default: 100',
    example: 100,
    min: 1,
    max: 1000,
  })
  limit?: number;

  @TextListField({
    description: 'Only these event types, separated by commas. Default: all',
    example: ['CODE_GENERATED', 'TEST_FAILED'],
    maxItems: 64,
    maxLength: 64,
    optional: true,
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  types?: string[];
}

export class PlanQuery {
  @ChoiceField({
    description: 'How the plan is written; it goes before an Accept header. Default: json',
    example: 'markdown',
    choices: ['json', 'markdown'],
    optional: true,
  })
  format?: 'json' | 'markdown';
}

export class VersionQuery {
  @NumberInQuery({ description: 'Code version. Default: the newest', example: 2, min: 0, max: Number.MAX_SAFE_INTEGER })
  version?: number;
}

export class DiffQuery {
  @NumberInQuery({ description: 'Code version before. Default: 0', example: 0, min: 0, max: Number.MAX_SAFE_INTEGER })
  from?: number;

  @NumberInQuery({
    description: 'Code version after. Default: the newest',
    example: 2,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  to?: number;

  @ChoiceField({
    description: 'Form of the answer. Default: JSON where the Accept header names it, else a patch',
    example: 'patch',
    choices: ['patch', 'json'],
    optional: true,
  })
  format?: 'patch' | 'json';
}

export class ExplainQuery extends VersionQuery implements Explain {
  @TextField({ description: 'The file, relative, with /', example: 'src/slugify.js', maxLength: 1024 })
  path!: string;

  @NumberInQuery({ description: 'One line, from 1. Default: all', example: 3, min: 1, max: Number.MAX_SAFE_INTEGER })
  line?: number;
}

export class ContextQuery {
  @NumberInQuery({
    description: 'The newest call up to this stream sequence. Default: of all',
    example: 12,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  })
  sequence?: number;

  @TextField({
    description: 'The call of this id',
    example: '01990000-0000-7000-8000-000000000001',
    maxLength: 64,
    optional: true,
  })
  callId?: string;
}

export class BriefingQuery implements Brief {
  @TextField({ description: 'The file, relative, with /', example: 'src/slugify.js', maxLength: 1024 })
  path!: string;

  @TextField({
    description: 'What is to be done with it, in words',
    example: 'keep the digits',
    maxLength: 10_000,
    optional: true,
  })
  about?: string;

  @TextField({
    description: 'Whose tokens count, and whose window is the budget. Default: tokens are estimated',
    example: 'mistral:7b',
    maxLength: 200,
    optional: true,
  })
  model?: string;

  @NumberInQuery({
    description: 'The budget, of which it takes at most 80 %. Default: the window of the model, else 8,192',
    example: 4000,
    min: 100,
    max: 1_000_000,
  })
  tokens?: number;

  @NumberInQuery({
    description: 'What was known by this stream sequence. Default: now',
    example: 12,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  })
  sequence?: number;
}

function momentOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : readMoment(value);
}
