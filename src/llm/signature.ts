import { z } from 'zod';
import type { Issue } from '../kernel/errors.ts';
import { answerShape } from './answer-shape.ts';
import type { ModelRole } from './brain.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Prompt } from './prompt.ts';
import { sections } from './signatures/parts.ts';

/** A question with typed input and typed answer: what DSPy calls a signature. Pure; the same input gives the same bytes. */
export interface Signature<Input, Output, Role extends ModelRole = ModelRole> {
  readonly name: string;
  readonly role: Role;
  /** The system message: the same for every input, so that a local server can reuse its work on it. */
  readonly instructions: string;
  render(input: Input): string;
  /**
   * What an answer to this input is. Only what JSON Schema can say (no transforms, no refinements), as answers are
   * checked by the JSON Schema alone.
   */
  answer(input: Input): z.ZodType<Output>;
  /** What is wrong with an answer of the right form, where a form cannot say it; `predict` sends it back like a wrong form. */
  issues?(input: Input, output: Output): readonly Issue[];
}

export interface PromptOptions {
  /** The system message, where it is to be another than the signature's own. */
  readonly instructions?: string;
  /** Sections of their own that stand in front of the question. */
  readonly background?: string;
  /** That of the answer to this input, where it is at hand: making it takes longest. */
  readonly answerSchema?: JsonSchema;
}

/** The prompt of a call as plain JSON. */
export function promptOf<Input, Output>(
  signature: Signature<Input, Output>,
  input: Input,
  options: PromptOptions = {},
): Prompt {
  const {
    instructions = signature.instructions,
    background = '',
    answerSchema = answerSchemaOf(signature, input),
  } = options;
  const question = sections(background.trim(), signature.render(input).trim());
  return {
    messages: [
      { role: 'system', content: instructions },
      {
        role: 'user',
        content: `${question}\n\nAnswer with this JSON object and nothing else:\n${answerShape(answerSchema)}`,
      },
    ],
    answerSchema,
  };
}

/** The JSON Schema of the answer to this input; closed objects. */
export function answerSchemaOf<Input, Output>(signature: Signature<Input, Output>, input: Input): JsonSchema {
  const schema: Record<string, unknown> = z.toJSONSchema(signature.answer(input));
  delete schema.$schema;
  return JSON.parse(JSON.stringify(schema)) as JsonSchema;
}

/** The typed answer out of a value that readAnswer accepted for the same input. */
export function answerOf<Input, Output>(signature: Signature<Input, Output>, input: Input, value: unknown): Output {
  return signature.answer(input).parse(value);
}
