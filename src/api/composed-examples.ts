interface SchemaNode {
  readonly $ref?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly allOf?: readonly SchemaNode[];
  example?: unknown;
}

type Schemas = Readonly<Record<string, SchemaNode>>;

const PREFIX = '#/components/schemas/';

/**
 * Fills the examples of fields that are objects with those of the fields that they must have, so that examples are whole
 * without being written twice. What an example says itself goes first. Changes the schemas.
 */
export function composeExamples(schemas: Schemas): void {
  for (const schema of Object.values(schemas)) composeFields(schema, schemas);
}

function composeFields({ properties = {}, items }: SchemaNode, schemas: Schemas): void {
  for (const field of Object.values(properties)) {
    composeFields(field, schemas);
    field.example = completed(field, field.example, schemas);
  }
  if (items) composeFields(items, schemas);
}

/** An example with everything that the schema asks for. */
function completed(schema: SchemaNode, example: unknown, schemas: Schemas): unknown {
  const { properties, required = [], items } = named(schema, schemas);
  if (Array.isArray(example)) return items ? example.map((item) => completed(items, item, schemas)) : example;
  if (!properties || typeof example !== 'object' || example === null) return example;
  const all = { ...Object.fromEntries(required.map((name) => [name, properties[name]?.example])), ...example };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, completed(properties[name] ?? {}, value, schemas)]),
  );
}

function named(schema: SchemaNode, schemas: Schemas): SchemaNode {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
  return reference?.startsWith(PREFIX) ? (schemas[reference.slice(PREFIX.length)] ?? schema) : schema;
}
