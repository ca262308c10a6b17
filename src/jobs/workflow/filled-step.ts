import { createHash } from 'node:crypto';
import type { Json } from '../../kernel/json.ts';
import { MissingResultError } from '../jobs.errors.ts';
import { fillReferences } from '../graph/references.ts';
import type { ToDo } from '../graph/to-do.ts';
import type { JobState } from './job-state.ts';

/** A step as it would run now, results in place of references, and what names it as it stands there. */
export type FilledStep =
  | { readonly ok: true; readonly step: ToDo; readonly hash: string }
  | { readonly ok: false; readonly error: MissingResultError };

/** Fills in the results of the steps before. Pure. */
export function fillStep(state: JobState, step: ToDo): FilledStep {
  try {
    const filled = fillReferences(step, (id) => state.steps.get(id)?.result);
    return { ok: true, step: filled, hash: hashOfStep(filled) };
  } catch (error) {
    if (error instanceof MissingResultError) return { ok: false, error };
    throw error;
  }
}

/** SHA-256 of what a step does, hexadecimal; the order of fields in params does not matter. */
export function hashOfStep({ action, selector, text, params }: ToDo): string {
  return createHash('sha256')
    .update(JSON.stringify([action, selector, text, sorted(params)]))
    .digest('hex');
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
