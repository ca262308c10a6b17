import { z } from 'zod';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';

export const MAX_ANSWER_CHARACTERS = 10_000;

/** What a step of action `approval` wants to be told besides yes, as its `params.answer`. */
export const wantedAnswer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('number') }),
  z.strictObject({ type: z.literal('choice'), choices: z.array(z.string().trim().min(1).max(200)).min(2).max(50) }),
]);

/** What somebody told: a number where one was wanted. */
export type Answer = string | number;

/**
 * The answer to what a step wants; null where it wants none. Throws InvalidInputError where it is missing, not what is
 * wanted, or not wanted at all.
 */
export function readAnswer(wanted: Json | undefined, given: string | undefined): Answer | null {
  if (wanted === undefined) return given === undefined ? null : refuse('is not wanted: leave it out');
  const { data } = wantedAnswer.safeParse(wanted);
  const text = given?.trim() ?? '';
  switch (data?.type) {
    case 'number': {
      const number = Number(text);
      return text !== '' && Number.isFinite(number) ? number : refuse('is not what is wanted: give a number');
    }
    case 'choice':
      return data.choices.includes(text)
        ? text
        : refuse(
            `is not what is wanted: give one of ${data.choices.map((choice) => JSON.stringify(choice)).join(', ')}`,
          );
    default:
      return text === '' ? refuse('is missing: the step waits for an answer in words') : text;
  }
}

function refuse(message: string): never {
  throw new InvalidInputError([{ path: 'answer', message }]);
}
