interface SchemaNode {
  readonly $ref?: string;
  readonly type?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly allOf?: readonly SchemaNode[];
  example?: unknown;
}

type Schemas = Readonly<Record<string, SchemaNode>>;

const PREFIX = '#/components/schemas/';

/**
 * Fills the example of each field that is an object of another schema with those of the fields it must have, so that
 * examples are whole without being written twice. What an example says itself goes first. Changes the schemas.
 */
export function composeExamples(schemas: Schemas): void {
  for (const schema of Object.values(schemas)) {
    for (const field of Object.values(schema.properties ?? {})) {
      const named = referenceOf(field, schemas);
      if (named && isObject(field.example)) field.example = { ...exampleOf(named, schemas), ...field.example };
    }
  }
}

function referenceOf({ $ref, allOf }: SchemaNode, schemas: Schemas): SchemaNode | undefined {
  const reference = $ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined);
  return reference?.startsWith(PREFIX) ? schemas[reference.slice(PREFIX.length)] : undefined;
}

function exampleOf({ properties = {}, required = [] }: SchemaNode, schemas: Schemas): Record<string, unknown> {
  const entries = required.map((name): [string, unknown] => {
    const field = properties[name];
    const named = field && referenceOf(field, schemas);
    if (named && isObject(field.example)) return [name, { ...exampleOf(named, schemas), ...field.example }];
    return [name, field?.example];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
