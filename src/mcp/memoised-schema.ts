import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type { z } from 'zod';

type Conversion = StandardSchemaWithJSON['~standard']['jsonSchema']['input'];

/**
 * A schema whose JSON Schema is made once. The stateless protocol makes a server for each request, and the library would
 * convert every schema again each time.
 */
export function memoised<Schema extends z.ZodType>(
  schema: Schema,
): StandardSchemaWithJSON<z.input<Schema>, z.output<Schema>> {
  const standard = schema['~standard'];
  return {
    '~standard': {
      version: standard.version,
      vendor: standard.vendor,
      validate: standard.validate,
      jsonSchema: { input: once(standard.jsonSchema.input), output: once(standard.jsonSchema.output) },
    },
  };
}

function once(convert: Conversion): Conversion {
  const made = new Map<string, ReturnType<Conversion>>();
  return (options) => {
    const known = made.get(options.target) ?? convert(options);
    made.set(options.target, known);
    return known;
  };
}
