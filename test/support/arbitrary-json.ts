import fc from 'fast-check';
import { type OpenApiDocument, resolve, type Schema } from './open-api.ts';

const MAX_TEXT = 40;
const MAX_LIST = 3;

/** Values that a schema of an OpenAPI document allows, small ones. What a format means is not looked at but for a few. */
export function valuesOf(document: OpenApiDocument, schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const known = resolve(document, schema);
  const { enum: values, const: only, oneOf, anyOf, allOf, example } = known;
  if (depth > 6) return fc.constant(example ?? null);
  if (only !== undefined) return fc.constant(only);
  if (values) return fc.constantFrom(...values);
  const choices = oneOf ?? anyOf;
  if (choices?.length) return fc.oneof(...choices.map((each) => valuesOf(document, each, depth + 1)));
  if (allOf?.[0]) return valuesOf(document, allOf[0], depth);
  const [type = 'null'] = [known.type ?? []].flat();
  const value = ofType(document, known, type, depth);
  // The examples are those that get furthest.
  return example === undefined || example === null
    ? value
    : fc.oneof({ weight: 2, arbitrary: fc.constant(example) }, value);
}

function ofType(document: OpenApiDocument, schema: Schema, type: string, depth: number): fc.Arbitrary<unknown> {
  const { minimum = -1e6, maximum = 1e6, maxItems = MAX_LIST, minLength = 0, maxLength = MAX_TEXT } = schema;
  switch (type) {
    case 'string': {
      if (schema.format === 'date-time')
        return fc
          .date({ noInvalidDate: true, min: new Date(0), max: new Date(1e14) })
          .map((date) => date.toISOString());
      if (schema.format === 'uuid') return fc.uuid();
      return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, MAX_TEXT) });
    }
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) });
    case 'number':
      return fc.double({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valuesOf(document, schema.items ?? {}, depth + 1), { maxLength: Math.min(maxItems, MAX_LIST) });
    case 'object': {
      const { properties = {}, required = [], additionalProperties } = schema;
      const fields = Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, valuesOf(document, field, depth + 1)]),
      );
      if (Object.keys(fields).length > 0) return fc.record(fields, { requiredKeys: [...required] });
      const inner = typeof additionalProperties === 'object' ? additionalProperties : { type: 'string' };
      return fc.dictionary(fc.string({ maxLength: 10 }), valuesOf(document, inner, depth + 1), { maxKeys: MAX_LIST });
    }
    default:
      return fc.constant(null);
  }
}

/** Values that no schema has in mind: of any type, deep, odd, with names that reach for prototypes. */
export const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    '\u0000',
    '\ud800',
    '../../etc/passwd',
    "'; DROP TABLE events; --",
    '%00',
    '${7*7}',
    -1,
    1e308,
    2 ** 53 + 2,
    1.5,
    [],
    {},
    { __proto__: null, constructor: { prototype: {} } },
    JSON.parse('{"__proto__": {"polluted": true}}'),
    Array.from({ length: 50 }, () => 'x'),
    'x'.repeat(5000),
  ),
);

/** One value of an object put out of place: left out, replaced by an odd one, or joined by one that nobody asked for. */
export function broken(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(values, fc.nat(), oddValues, fc.constantFrom('replace', 'remove', 'add', 'whole'))
    .map(([value, at, odd, how]) => {
      if (how === 'whole' || typeof value !== 'object' || value === null || Array.isArray(value)) return odd;
      const entries = Object.entries(value);
      if (how === 'add' || entries.length === 0) return { ...value, [`odd${at % 10}`]: odd };
      const place = at % entries.length;
      if (how === 'remove') return Object.fromEntries(entries.filter((_, index) => index !== place));
      return Object.fromEntries(entries.map(([name, old], index) => [name, index === place ? odd : old]));
    });
}
