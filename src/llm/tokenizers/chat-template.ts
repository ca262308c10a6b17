import type { ChatMessage } from '../language-model.ts';

/** Tokens that a chat template adds to the texts of a prompt: once, and to each message of a role. */
export type TemplateTokens = Readonly<Record<'prompt' | ChatMessage['role'], number>>;

/**
 * What the templates of Ollama's models add, at most.
 *
 * mistral: `<s>` once; `[INST] ` and `[/INST]` around a user's message, `\n\n` after the system's, a blank and `</s>`
 * around an answer. The markers are one token each since version 0.3 of the model and text before it, which counts here.
 *
 * qwen3: `<|im_start|>role\n` and `<|im_end|>\n` around each message; once ` /no_think`, the head of the answer and an
 * empty `<think>` block, as thinking is switched off.
 *
 * unknown: not less than these, nor than what Llama and Gemma add.
 */
export const templateTokens = {
  mistral: { prompt: 1, system: 2, user: 8, assistant: 3 },
  qwen3: { prompt: 11, system: 5, user: 5, assistant: 5 },
  unknown: { prompt: 12, system: 8, user: 8, assistant: 8 },
} as const satisfies Record<string, TemplateTokens>;

/** The tokens of a whole prompt, where `count` gives those of a text. */
export function countPrompt(
  messages: readonly ChatMessage[],
  template: TemplateTokens,
  count: (text: string) => number,
): number {
  return messages.reduce((sum, { role, content }) => sum + template[role] + count(content), template.prompt);
}
