import { InvalidInputError } from '../kernel/errors.ts';
import { parsePriority, priorities } from '../orchestrator/index.ts';
import { CheckedField } from './fields.dto.ts';

// Fields that every way to make a task has.

const MAX_ID_BYTES = 256;
const MAX_METADATA = 64;
const MAX_METADATA_CHARS = 1024;

export function PriorityField(defaultPriority: string): PropertyDecorator {
  return CheckedField(
    {
      description: `${Object.keys(priorities).join(', ')} in any case, or a number from 0 (most urgent) to 100. ${defaultPriority}`,
      example: 'HIGH',
      optional: true,
      oneOf: [
        { type: 'string', maxLength: 16 },
        { type: 'integer', minimum: 0, maximum: 100 },
      ],
    },
    'isPriority',
    priorityProblem,
  );
}

export function NewTaskIdField(): PropertyDecorator {
  return CheckedField(
    {
      type: String,
      description: 'Your own id: at most 256 bytes of UTF-8, no control characters. Default: a new UUID',
      example: 'slugify-1',
      optional: true,
      minLength: 1,
      maxLength: MAX_ID_BYTES,
    },
    'isTaskId',
    taskIdProblem,
  );
}

export function MetadataField(description: string): PropertyDecorator {
  return CheckedField(
    {
      type: 'object',
      description,
      example: { project: 'blog' },
      optional: true,
      additionalProperties: { type: 'string', maxLength: MAX_METADATA_CHARS },
      maxProperties: MAX_METADATA,
    },
    'isMetadata',
    metadataProblem,
  );
}

function priorityProblem(value: unknown): string | null {
  try {
    parsePriority(value);
    return null;
  } catch (error) {
    if (error instanceof InvalidInputError) return error.issues[0]?.message ?? error.message;
    throw error;
  }
}

function taskIdProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'must be a string';
  if (value.trim() === '') return 'is blank: leave it out to get a new id';
  if (!value.isWellFormed() || /\p{Cc}/u.test(value)) return 'holds control characters or half a surrogate pair';
  // A client's URL parser would take these two for steps up the path, even percent-encoded.
  if (value === '.' || value === '..') return `cannot be ${JSON.stringify(value)}: no URL could name it`;
  const bytes = Buffer.byteLength(value.normalize('NFC'));
  return bytes > MAX_ID_BYTES ? `has ${bytes} bytes of UTF-8, more than ${MAX_ID_BYTES}` : null;
}

function metadataProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of strings';
  const entries = Object.entries(value);
  if (entries.length > MAX_METADATA) return `has ${entries.length} entries, more than ${MAX_METADATA}`;
  const wrong = entries.find(
    ([key, text]) =>
      typeof text !== 'string' ||
      Math.max(text.length, key.length) > MAX_METADATA_CHARS ||
      !(key + text).isWellFormed(),
  );
  return wrong
    ? `[${JSON.stringify(wrong[0].slice(0, 64))}] must be a string of at most ${MAX_METADATA_CHARS} characters`
    : null;
}
