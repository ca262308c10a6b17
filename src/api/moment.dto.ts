import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { CheckedField } from './fields.dto.ts';

const isoForm = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** The Date of an ISO 8601 moment with a zone, or of a day in UTC; anything else as it is. */
export function readMoment(value: unknown): unknown {
  if (typeof value !== 'string' || !isoForm.test(value)) return value;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? value : moment;
}

/** An ISO 8601 moment in a query, as a Date. */
export function MomentInQuery({ description }: { readonly description: string }): PropertyDecorator {
  return applyDecorators(
    CheckedField(
      { type: String, format: 'date-time', description, example: '2026-11-24T12:00:00Z', optional: true },
      'isMoment',
      (value) =>
        value instanceof Date
          ? null
          : 'must be an ISO 8601 moment such as 2026-11-24T12:00:00Z, or a day (write + as %2B)',
    ),
    Transform(({ value }: { value: unknown }) => readMoment(value)),
  );
}
