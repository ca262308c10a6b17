interface SchemaNode {
  nullable?: boolean;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  [keyword: string]: unknown;
}

const NULL = { type: 'null' };

/** Points to the schema of any JSON value, which stands in the document once. */
export const jsonReference = { $ref: '#/components/schemas/Json' };

/** The lists and texts of a value are as long as a body may be under any setting. */
export const anyJson = (maxCharacters: number) => ({
  description: 'Any JSON value',
  oneOf: [
    { type: 'object', additionalProperties: jsonReference, maxProperties: maxCharacters },
    { type: 'array', items: jsonReference, maxItems: maxCharacters },
    { type: 'string', maxLength: maxCharacters },
    { type: 'number', minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE },
    { type: 'boolean' },
    NULL,
  ],
});

/**
 * Turns the schemas of an OpenAPI 3.0 document into those of 3.1, which are plain JSON Schema: `nullable` becomes a type.
 * Changes the document and answers it. Examples are left as they are, whatever they hold.
 */
export function withJsonSchemas<Document extends object>(document: Document): Document {
  // As an answer of the document generator it is plain JSON: a tree without cycles.
  visit(document);
  return document;
}

function visit(node: object): void {
  for (const [name, value] of Object.entries(node) as [string, unknown][]) {
    if (name !== 'example' && typeof value === 'object' && value !== null) visit(value);
  }
  if ('nullable' in node) allowNull(node as SchemaNode);
}

function allowNull(schema: SchemaNode): void {
  const { nullable, type, enum: values, oneOf, allOf } = schema;
  delete schema.nullable;
  if (nullable !== true) return;
  if (Array.isArray(oneOf)) schema.oneOf = [...(oneOf as unknown[]), NULL];
  else if (Array.isArray(allOf)) {
    // What Nest writes for a reference with a description beside it.
    delete schema.allOf;
    schema.oneOf = [...(allOf as unknown[]), NULL];
  } else if (type !== undefined) schema.type = [type, 'null'].flat();
  if (values) schema.enum = [...values, null];
}
