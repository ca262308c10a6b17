import { z } from 'zod';
import { type Json, plainJsonIssue } from '../kernel/json.ts';

/** Any JSON value. That it is plain JSON is checked of the whole document at once, before its schema. */
export const jsonValue = (cure = 'give a JSON value') => z.custom<Json>((value) => value !== undefined, cure);

/** Any JSON object. */
export const jsonObject = () => z.record(z.string(), jsonValue());

/** The value of a JSON text that came from outside; undefined where it is none, or is nested too deep to be kept. */
export function readJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return plainJsonIssue(value) === null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
