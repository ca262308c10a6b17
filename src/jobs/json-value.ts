import { z } from 'zod';
import type { Json } from '../kernel/json.ts';

/** Any JSON value. That it is plain JSON is checked of the whole document at once, before its schema. */
export const jsonValue = () => z.custom<Json>((value) => value !== undefined, 'give a JSON value');

/** Any JSON object. */
export const jsonObject = () => z.record(z.string(), jsonValue());
