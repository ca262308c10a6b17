import type { Issue } from '../kernel/errors.ts';
import { findCode } from './answer-code.ts';
import { findJson } from './answer-json.ts';
import { type JsonSchema, schemaIssues } from './json-schema.ts';

/** An answer that fits its schema, or everything that is wrong with it. `cut`: the text ends in the middle. */
export type AnswerReading =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly cut: boolean };

/** `contentMediaType` of a schema's string that holds a file's source code: fences around it are taken off. */
export const SOURCE_CODE = 'text/x-source-code';

/**
 * Reads a model's or a person's answer by its JSON Schema alone: finds the JSON in the text, takes code out of its
 * fences, and checks every property. The one judge of answers, whoever gave them and whenever.
 */
export function readAnswer(schema: JsonSchema, text: string): AnswerReading {
  const found = findJson(text);
  if (found.kind === 'cut') return refuse('ends in the middle of the JSON: give all of it', true);
  if (found.kind === 'none') {
    return refuse(
      /```/.test(text) ? 'is a code block, not the JSON object with the code in it' : 'holds no JSON object',
    );
  }
  return checkAnswer(schema, found.value);
}

/** The same for an answer that is a JSON value already. */
export function checkAnswer(schema: JsonSchema, value: Readonly<Record<string, unknown>>): AnswerReading {
  const issues: Issue[] = [];
  const unwrapped = unwrapCode(schema, value, '', issues) as Readonly<Record<string, unknown>>;
  issues.push(...schemaIssues(schema, unwrapped));
  return issues.length > 0 ? { ok: false, issues, cut: false } : { ok: true, value: unwrapped };
}

function refuse(message: string, cut = false): AnswerReading {
  return { ok: false, issues: [{ path: '', message }], cut };
}

function unwrapCode(schema: JsonSchema, value: unknown, path: string, issues: Issue[]): unknown {
  if (typeof value === 'string') {
    if (schema.contentMediaType !== SOURCE_CODE) return value;
    const found = findCode(value);
    if ('code' in found) return found.code;
    issues.push({ path, message: found.problem });
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => unwrapCode(subschema(schema.items), item, `${path}[${index}]`, issues));
  }
  if (typeof value !== 'object' || value === null) return value;
  const properties = subschema(schema.properties);
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const inner = Object.hasOwn(properties, key) ? subschema(properties[key]) : {};
      return [key, unwrapCode(inner, part, path ? `${path}.${key}` : key, issues)];
    }),
  );
}

function subschema(schema: unknown): JsonSchema {
  return typeof schema === 'object' && schema !== null ? (schema as JsonSchema) : {};
}
