import { type WorkStatus, workStatuses } from '../jobs/index.ts';
import type { Json } from '../kernel/json.ts';
import { ChoiceField, JsonObjectField, NumberInQuery, TextField } from './fields.dto.ts';

export class PageQuery {
  @NumberInQuery({ description: 'Jobs of a page. Default: 50', example: 50, min: 1, max: 200 })
  limit?: number;

  @NumberInQuery({ description: 'How many are left out, the newest first. Default: 0', example: 50, min: 0, max: 1e9 })
  offset?: number;
}

export class JobListQuery extends PageQuery {
  @ChoiceField({ description: 'Only jobs of this status', example: 'running', choices: workStatuses, optional: true })
  status?: WorkStatus;
}

export class ByDto {
  @TextField({
    description: 'Who says so. With a key its name counts instead. Default: user',
    example: 'ada',
    maxLength: 100,
    optional: true,
  })
  by?: string;
}

export class DropDto extends ByDto {
  @TextField({ description: 'Why; it is recorded', example: 'the portal is gone', maxLength: 1000, optional: true })
  reason?: string;
}

export class StepEditDto extends ByDto {
  @TextField({
    description: 'What on a page is meant',
    example: '#total',
    maxLength: 100_000,
    optional: true,
    mayBeEmpty: true,
  })
  selector?: string;

  @TextField({
    description: 'What is typed, or said',
    example: 'hello',
    maxLength: 100_000,
    optional: true,
    mayBeEmpty: true,
  })
  text?: string;

  @JsonObjectField({ description: 'All values of the action', example: { expression: '3 4 +' }, optional: true })
  params?: Record<string, Json>;
}
