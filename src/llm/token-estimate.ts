import type { ChatMessage } from './language-model.ts';

/** What a chat template adds to each message: role names and markers. */
const TOKENS_PER_MESSAGE = 8;

/**
 * How many tokens a text has at most, give or take little: a cautious estimate by classes of characters, for models
 * whose tokenizer is not at hand. Letters come in pieces of about four, digits singly, punctuation in pairs at best,
 * other scripts at one to two tokens a character. It errs high on purpose: room that was promised must be there.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [run] of text.matchAll(/[A-Za-z]+|[0-9]+|[^\S\n]+|\n+|[!-~]|[^\s!-~]+/g)) {
    const first = run.charCodeAt(0);
    if (/^[A-Za-z]/.test(run)) tokens += lettersTokens(run);
    else if (/^[0-9]/.test(run)) tokens += run.length;
    else if (run.startsWith('\n')) tokens += 1;
    // A single blank belongs to the word after it; an indentation is a token or two.
    else if (/^\s/.test(run)) tokens += run.length === 1 ? 0 : Math.ceil(run.length / 8);
    else if (first < 0x80) tokens += 0.8;
    else tokens += otherScriptTokens(run);
  }
  return Math.ceil(tokens);
}

/** The estimate for a whole prompt, with what the chat template adds. */
export function estimatePromptTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce(
    (sum, message) => sum + estimateTokens(message.content) + TOKENS_PER_MESSAGE,
    TOKENS_PER_MESSAGE,
  );
}

/**
 * How many tokens a prompt has at the very least: no tokenizer joins two words across a blank. A provider that counted
 * fewer has not read all of it.
 */
export function fewestPromptTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, message) => sum + (message.content.match(/\S+/g)?.length ?? 0), 0);
}

/** Words of everyday length are one token, camelCase humps are words, longer ones come in pieces. */
function lettersTokens(run: string): number {
  const humps = run.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? [run];
  return humps.reduce((sum, hump) => sum + (hump.length <= 6 ? 1 : Math.ceil(hump.length / 4)), 0);
}

function otherScriptTokens(run: string): number {
  const wide = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/;
  return [...run].reduce((sum, character) => sum + (wide.test(character) ? 1.3 : character.length > 1 ? 3 : 1), 0);
}
