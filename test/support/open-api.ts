/** The parts of an OpenAPI 3.1 document that tests read. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
}

export interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>>; readonly required?: boolean };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description?: string;
        readonly content?: Readonly<Record<string, Content>>;
        readonly headers?: Readonly<Record<string, { readonly description?: string; readonly schema: Schema }>>;
      }
    >
  >;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface NamedOperation extends Operation {
  readonly method: string;
  readonly path: string;
}

export function operationsOf(document: OpenApiDocument): readonly NamedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
}

/** The schema that a reference names; any other as it is. */
export function resolve(document: OpenApiDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
  if (!found) throw new Error(`${schema.$ref} is not in the document`);
  return found;
}

/** Every field that can be reached from a schema, by the place where it is declared; each schema once. */
export function fieldsOf(
  document: OpenApiDocument,
  roots: readonly { readonly place: string; readonly schema: Schema }[],
): ReadonlyMap<string, Schema> {
  const fields = new Map<string, Schema>();
  const seen = new Set<Schema>();
  const walk = (schema: Schema, place: string): void => {
    const known = resolve(document, schema);
    if (seen.has(known)) return;
    seen.add(known);
    const here = schema.$ref === undefined ? place : schema.$ref.replace('#/components/schemas/', '');
    for (const [name, field] of Object.entries(known.properties ?? {})) {
      fields.set(`${here}.${name}`, field);
      walk(field, `${here}.${name}`);
    }
    for (const inner of [known.items, known.additionalProperties]) {
      if (typeof inner === 'object') walk(inner, `${here}[]`);
    }
    for (const inner of [known.allOf, known.anyOf, known.oneOf].flatMap((each) => each ?? [])) walk(inner, here);
  };
  for (const { place, schema } of roots) walk(schema, place);
  return fields;
}
