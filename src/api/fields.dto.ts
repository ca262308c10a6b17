import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { jsonReference } from './json-schemas.ts';

// One decorator per kind of field, so that what is validated and what is documented cannot part. Of what is wrong with a
// value the first is told: so a field asks for its type before its limits.

interface Described {
  readonly description: string;
  readonly example: unknown;
  /** May be left out; null is not the same and is refused. */
  readonly optional?: boolean;
}

interface TextOptions extends Described {
  readonly maxLength?: number;
  /** Documented instead of maxLength: a limit that something else sees to, such as that of bodies. */
  readonly limitedTo?: number;
  readonly mayBeEmpty?: boolean;
}

/** No setting lets a body be longer, and so nothing in it. */
export const MOST_CHARACTERS = 268_435_456;

const rejectsLoneSurrogates = ValidateBy({
  name: 'isWellFormed',
  validator: {
    validate: (value) => typeof value !== 'string' || value.isWellFormed(),
    defaultMessage: () => 'holds half of a surrogate pair, which is no character',
  },
});

/** A string that is well-formed Unicode and, unless it may be empty, not blank. */
export function TextField(options: TextOptions): PropertyDecorator {
  const { optional = false, maxLength, limitedTo = MOST_CHARACTERS, mayBeEmpty = false, ...doc } = options;
  const limits = { ...(mayBeEmpty ? {} : { minLength: 1, pattern: '\\S' }), maxLength: maxLength ?? limitedTo };
  return applyDecorators(
    ApiProperty({ type: String, required: !optional, ...limits, ...doc }),
    IsString(),
    rejectsLoneSurrogates,
    ...(mayBeEmpty ? [] : [Matches(/\S/, { message: '$property is blank' })]),
    ...(maxLength === undefined ? [] : [MaxLength(maxLength)]),
    ...whenGiven(optional),
  );
}

export function TextListField(options: Described & { maxItems: number; maxLength: number }): PropertyDecorator {
  const { optional = false, maxItems, maxLength, ...doc } = options;
  return applyDecorators(
    ApiProperty({ type: 'array', items: { type: 'string', maxLength }, required: !optional, maxItems, ...doc }),
    IsArray(),
    ArrayMaxSize(maxItems),
    IsString({ each: true }),
    MaxLength(maxLength, { each: true }),
    ...whenGiven(optional),
  );
}

export function ChoiceField(options: Described & { choices: readonly string[] }): PropertyDecorator {
  const { optional = false, choices, ...doc } = options;
  return applyDecorators(
    ApiProperty({ type: String, enum: [...choices], required: !optional, ...doc }),
    IsIn(choices),
    ...whenGiven(optional),
  );
}

export function FlagField({ optional = false, ...doc }: Described): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: Boolean, required: !optional, ...doc }),
    IsBoolean(),
    ...whenGiven(optional),
  );
}

export function NumberField(
  options: Described & { min: number; max: number; wholeNumber?: boolean },
): PropertyDecorator {
  const { optional = false, min, max, wholeNumber = true, ...doc } = options;
  const upTo = max === Number.MAX_SAFE_INTEGER ? 'on' : `to ${max}`;
  const message = `$property must be a ${wholeNumber ? 'whole number' : 'number'} from ${min} ${upTo}`;
  return applyDecorators(
    ApiProperty({ type: wholeNumber ? 'integer' : 'number', required: !optional, minimum: min, maximum: max, ...doc }),
    wholeNumber ? IsInt({ message }) : IsNumber({}, { message }),
    Min(min, { message }),
    Max(max, { message }),
    ...whenGiven(optional),
  );
}

/** A whole number in a query: decimal digits only, as `Number` would take '', '0x10' and '1e3' too. */
export function NumberInQuery(options: Described & { min: number; max: number }): PropertyDecorator {
  return applyDecorators(
    NumberField({ ...options, optional: true }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value,
    ),
  );
}

/** One object of a class, with its own fields checked as strictly. */
export function ObjectField(type: () => new () => object, { optional = false, ...doc }: Described): PropertyDecorator {
  return applyDecorators(
    // Swagger knows a lazy type by the name of its function.
    ApiProperty({ type: () => type(), required: !optional, ...doc }),
    Type(type),
    ValidateNested(),
    IsObject({ message: '$property must be an object' }),
    optional ? whenGiven(true)[0]! : IsDefined(),
  );
}

export function ObjectListField(
  type: () => new () => object,
  { optional = false, maxItems, ...doc }: Described & { maxItems: number },
): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: () => type(), isArray: true, required: !optional, maxItems, ...doc }),
    Type(type),
    IsArray(),
    ArrayMaxSize(maxItems),
    IsObject({ each: true, message: 'each value in $property must be an object' }),
    ValidateNested({ each: true }),
    ...whenGiven(optional),
  );
}

/** Checks with a function that answers what is wrong, or null. */
export function CheckedField(
  { optional = false, ...doc }: ApiPropertyOptions & { optional?: boolean },
  name: string,
  problemOf: (value: unknown) => string | null,
): PropertyDecorator {
  return applyDecorators(
    // Of an object `required` is the list of its own fields.
    ApiProperty({ [doc.type === 'object' ? 'selfRequired' : 'required']: !optional, ...doc }),
    ValidateBy({
      name,
      validator: {
        validate: (value) => problemOf(value) === null,
        defaultMessage: (validated) => problemOf(validated?.value) ?? '',
      },
    }),
    ...whenGiven(optional),
  );
}

function whenGiven(optional: boolean): readonly PropertyDecorator[] {
  return optional ? [ValidateIf((_object, value) => value !== undefined)] : [];
}

/** Any JSON object: what stands in it is looked at where it is used. */
export function JsonObjectField(options: Described): PropertyDecorator {
  return CheckedField(
    { type: 'object', additionalProperties: jsonReference, maxProperties: MOST_CHARACTERS, ...options },
    'isJsonObject',
    (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'must be an object'),
  );
}
