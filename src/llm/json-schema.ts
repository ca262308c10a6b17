import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Issue } from '../kernel/errors.ts';

/** A JSON Schema (draft 2020-12) as plain JSON: stored with its prompt, so that an answer can be judged by it alone. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });

/** To compile a schema takes longer than all else about an answer, and a correction has the schema of what it corrects. */
const MOST_COMPILED = 100;
const compiled = new Map<string, ValidateFunction>();

/** Everything about `value` that does not fit `schema`, each with its path (`modules[0].path`); empty when it fits. */
export function schemaIssues(schema: JsonSchema, value: unknown): Issue[] {
  const validate = validatorOf(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => ({ path: pathOf(error), message: explain(error) }));
}

/** Schemas are made per prompt, each with the paths it is about: those asked for last are kept, so they never pile up. */
function validatorOf(schema: JsonSchema): ValidateFunction {
  const key = JSON.stringify(schema);
  const validate = compiled.get(key) ?? ajv.compile(schema);
  ajv.removeSchema(schema);
  compiled.delete(key);
  compiled.set(key, validate);
  const [oldest] = compiled.keys();
  if (oldest !== undefined && compiled.size > MOST_COMPILED) compiled.delete(oldest);
  return validate;
}

function pathOf(error: ErrorObject): string {
  const steps = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (error.keyword === 'required') steps.push(String((error.params as { missingProperty: string }).missingProperty));
  return steps.reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path ? `${path}.${step}` : step), '');
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function explain(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return 'is missing';
    case 'enum':
      return `must be ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'additionalProperties':
      return `must not have the property ${JSON.stringify(params.additionalProperty)}`;
    default:
      return error.message ?? `breaks the rule ${error.keyword}`;
  }
}
