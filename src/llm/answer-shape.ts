import { SOURCE_CODE } from './answer.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * The form of an answer as a small model follows it best: the JSON itself with a description in place of each value.
 * Made from the schema, so that what the prompt says and what is checked cannot differ.
 */
export function answerShape(schema: JsonSchema, indent = ''): string {
  const inner = `${indent}  `;
  if (schema.type === 'object') {
    const all = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
    // What may never be there is not shown.
    const properties = all.filter(([, part]) => part.not === undefined);
    const required: unknown = schema.required;
    const remark = (key: string) => (Array.isArray(required) && required.includes(key) ? '' : ' (optional)');
    const lines = properties.map(
      ([key, part]) => `${inner}${JSON.stringify(key)}: ${answerShape(part, inner)}${remark(key)}`,
    );
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  if (schema.type === 'array') {
    const item = answerShape((schema.items ?? {}) as JsonSchema, inner);
    return `[\n${inner}${item}${schema.description ? `, … (${text(schema.description)})` : ', …'}\n${indent}]`;
  }
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  const hint = schema.description ? text(schema.description) : `a ${text(schema.type)}`;
  return schema.contentMediaType === SOURCE_CODE || schema.type === 'string' ? `"<${hint}>"` : `<${hint}>`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
