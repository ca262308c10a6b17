import type { Issue } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { MissingResultError } from '../jobs.errors.ts';
import { pathOf } from '../schema-issues.ts';
import type { ToDo } from './to-do.ts';

/** The result of a step, or a part of it. */
interface Reference {
  readonly step: string;
  readonly path: readonly string[];
}

/** A placeholder in a text: the first of its alternatives that has a result stands for it. Empty: it is malformed. */
interface Placeholder {
  readonly text: string;
  readonly alternatives: readonly Reference[];
  /** Whether it is written as a part of an address. */
  readonly asUrl: boolean;
}

/** Where in a step references stand, such as `params.body.total`. */
export interface PlacedReferences {
  readonly path: readonly PropertyKey[];
  readonly steps: readonly string[];
}

/** Only what begins like this is ours: other double braces are text, such as templates of other programs. */
const PLACEHOLDER = /\{\{\s*(steps\.[^{}]*)\}\}/g;
const REFERENCE = /^steps\.([\p{L}\p{N}_-]{1,100})\.result((?:\.[\p{L}\p{N}_-]+)*)$/u;
const URL_FILTER = /\|\s*url\s*$/;

/** The parts of a step in which references are filled in. */
const fields = ['selector', 'text', 'params'] as const;

/** The texts of a step that hold references. */
export function placedReferences(step: Pick<ToDo, (typeof fields)[number]>): readonly PlacedReferences[] {
  return fields.flatMap((field) =>
    textsIn(step[field], [field]).flatMap(({ path, text }) => {
      const found = placeholdersIn(text);
      if (found.length === 0) return [];
      return [{ path, steps: found.flatMap(({ alternatives }) => alternatives.map(({ step: id }) => id)) }];
    }),
  );
}

/** References that are malformed, or to steps that this one does not directly depend on. */
export function referenceIssues(step: ToDo, at: string): readonly Issue[] {
  const known = new Set(step.dependsOn.map(({ step: id }) => id));
  return fields.flatMap((field) =>
    textsIn(step[field], [field]).flatMap(({ path, text }) =>
      placeholdersIn(text).flatMap(({ text: placeholder, alternatives }): Issue[] => {
        const where = pathOf(at, path);
        if (alternatives.length === 0) {
          const message = `${placeholder} is no reference: write {{steps.<id>.result}}, with .<field> for a part of it and ?? before another to fall back to`;
          return [{ path: where, message }];
        }
        const missing = [...new Set(alternatives.map(({ step: id }) => id).filter((id) => !known.has(id)))];
        return missing.map((id) => ({
          path: where,
          message: `needs the result of ${id} but does not wait for it: add ${id} to dependsOn`,
        }));
      }),
    ),
  );
}

/**
 * The step with results in place of its references. A text that is one reference and nothing else becomes the result
 * with its type; elsewhere the result is written into the text, as it is or as JSON, with `| url` as a part of an address. Results are not read for further
 * references, and nothing is evaluated. Throws MissingResultError where no alternative has a result.
 */
export function fillReferences(step: ToDo, results: (id: string) => Json | undefined): ToDo {
  const fill = (value: Json): Json => {
    if (typeof value === 'string') return fillText(value, step.id, results);
    if (Array.isArray(value)) return (value as readonly Json[]).map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fill(part)]));
  };
  const asText = (value: string | null) => (value === null ? null : textOf(fill(value)));
  return {
    ...step,
    selector: asText(step.selector),
    text: asText(step.text),
    params: Object.fromEntries(Object.entries(step.params).map(([key, part]) => [key, fill(part)])),
  };
}

function fillText(text: string, stepId: string, results: (id: string) => Json | undefined): Json {
  const resultOf = ({ text: placeholder, alternatives }: Placeholder): Json => {
    for (const { step, path } of alternatives) {
      const value = path.reduce<Json | undefined>(partOf, results(step));
      if (value !== undefined) return value;
    }
    throw new MissingResultError(stepId, placeholder);
  };
  const found = placeholdersIn(text);
  const [only] = found;
  if (only !== undefined && only.text === text.trim() && !only.asUrl) return resultOf(only);
  let next = 0;
  return text.replace(PLACEHOLDER, (whole) => {
    const placeholder = found[next++];
    if (placeholder === undefined) return whole;
    const written = textOf(resultOf(placeholder));
    return placeholder.asUrl ? urlPart(written) : written;
  });
}

function partOf(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, Json>>)[key];
}

/** A text as it is, all else as JSON. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A text as one part of a path or query, so that it can add no other part. */
export function urlPart(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function placeholdersIn(text: string): readonly Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].map(([whole, content = '']) => {
    const asUrl = URL_FILTER.test(content);
    const alternatives = content
      .replace(URL_FILTER, '')
      .split('??')
      .map((part) => {
        const [, step, path = ''] = REFERENCE.exec(part.trim()) ?? [];
        return step === undefined ? null : { step, path: path.split('.').filter((key) => key !== '') };
      });
    const complete = alternatives.filter((each) => each !== null);
    return { text: whole, alternatives: complete.length === alternatives.length ? complete : [], asUrl };
  });
}

function textsIn(value: Json, path: readonly PropertyKey[]): readonly { path: readonly PropertyKey[]; text: string }[] {
  if (typeof value === 'string') return value.includes('{{') ? [{ path, text: value }] : [];
  if (Array.isArray(value)) return value.flatMap((part: Json, index) => textsIn(part, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => textsIn(part, [...path, key]));
}
