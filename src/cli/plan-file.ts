import { readFile } from 'node:fs/promises';
import type { GivenPlan } from '../client/index.ts';
import { messageOf } from '../kernel/errors.ts';
import { UsageError } from './usage-error.ts';

/** A plan out of a file: JSON where its name ends in .json, else Markdown. Throws UsageError that names the file. */
export async function readPlanFile(path: string): Promise<GivenPlan> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    // What the JSON holds is for the server to judge.
    return path.toLowerCase().endsWith('.json') ? (JSON.parse(text) as GivenPlan) : text;
  } catch (error) {
    throw new UsageError(`${path} cannot be read as a plan: ${messageOf(error)}`);
  }
}
