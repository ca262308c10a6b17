import { createHash } from 'node:crypto';
import type { JsonSchema } from './json-schema.ts';
import type { ChatMessage } from './language-model.ts';

/** One question to a model as plain JSON: it can be stored, answered later and judged without the code that made it. */
export interface Prompt {
  /** The system message first, with the bytes in front that stay the same from call to call. */
  readonly messages: readonly ChatMessage[];
  readonly answerSchema: JsonSchema;
}

/** SHA-256 (hexadecimal) over the messages and the schema, whatever the order of their keys. */
export function promptHash(prompt: { messages: readonly ChatMessage[]; answerSchema?: JsonSchema }): string {
  const messages = prompt.messages.map(({ role, content }) => ({ role, content }));
  return createHash('sha256')
    .update(canonicalJson({ messages, answerSchema: prompt.answerSchema ?? null }))
    .digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
