import { Transform } from 'class-transformer';
import { taskStatuses, type TaskStatus } from '../tasks/index.ts';
import { CheckedField, ChoiceField, NumberInQuery, TextField } from './fields.dto.ts';

export class TaskListQuery {
  @ChoiceField({ description: 'Only tasks of this status', example: 'running', choices: taskStatuses, optional: true })
  status?: TaskStatus;

  @NumberInQuery({ description: 'Tasks of a page. Default: 50', example: 50, min: 1, max: 200 })
  limit?: number;

  @NumberInQuery({ description: 'nextBefore of the page before', example: 120, min: 0, max: Number.MAX_SAFE_INTEGER })
  before?: number;
}

export class CancelQuery {
  @TextField({ description: 'Why; it is recorded', example: 'not needed any more', maxLength: 1000, optional: true })
  reason?: string;
}

export class InterventionDto {
  @TextField({
    description: 'What the next model call is to know',
    example: 'Keep digits in the slug',
    maxLength: 20_000,
  })
  guidance!: string;

  @TextField({ description: 'Who says so. Default: user', example: 'ada', maxLength: 100, optional: true })
  by?: string;
}

export class StateQuery {
  @CheckedField(
    {
      description: 'As it was after this stream sequence, or at this ISO 8601 moment. Default: now',
      example: 12,
      optional: true,
      oneOf: [
        { type: 'integer', minimum: 0 },
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

const isoForm = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

function momentOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  const moment = new Date(value);
  return isoForm.test(value) && !Number.isNaN(moment.getTime()) ? moment : value;
}
