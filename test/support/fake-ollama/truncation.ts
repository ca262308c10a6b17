import { countPrompt, tokenize, TOKENS_PER_MESSAGE } from './tokens.ts';
import type { FakeMessage } from './script.ts';

export type Fitted =
  { readonly messages: readonly FakeMessage[]; readonly promptTokens: number } | { readonly error: string };

export interface TruncationRules {
  readonly numCtx: number;
  readonly truncate: boolean;
  readonly shift: boolean;
}

/**
 * What of a conversation the model gets to see. Told to truncate, the server first drops whole messages from the front
 * (never the system message nor the last one), then the front of the prompt, and says nothing. Told not to, it refuses.
 */
export function fit(messages: readonly FakeMessage[], rules: TruncationRules): Fitted {
  const whole = countPrompt(messages);
  if (!rules.truncate) {
    if (whole < rules.numCtx) return { messages, promptTokens: whole };
    return {
      error: `request (${whole} tokens) exceeds the available context size (${rules.numCtx} tokens), try increasing it`,
    };
  }
  const kept = dropMessages(messages, rules.numCtx);
  const promptTokens = countPrompt(kept);
  if (promptTokens < rules.numCtx) return { messages: kept, promptTokens };
  if (!rules.shift) {
    return {
      error:
        'the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the ' +
        'context length in settings, or use a model with a longer context length',
    };
  }
  return dropFront(kept, rules.numCtx - Math.max(Math.floor(rules.numCtx / 2), 1));
}

function dropMessages(messages: readonly FakeMessage[], numCtx: number): readonly FakeMessage[] {
  for (let from = 0; from < messages.length; from++) {
    const system = messages.slice(0, from).filter((message) => message.role === 'system');
    const kept = [...system, ...messages.slice(from)];
    if (countPrompt(kept) <= numCtx || from === messages.length - 1) return kept;
  }
  return messages;
}

function dropFront(messages: readonly FakeMessage[], limit: number): Fitted {
  const kept: FakeMessage[] = [];
  let room = limit;
  for (const message of messages.toReversed()) {
    const tokens = tokenize(message.content);
    const content = tokens.slice(Math.max(0, tokens.length - Math.max(0, room - TOKENS_PER_MESSAGE))).join('');
    room -= tokenize(content).length + TOKENS_PER_MESSAGE;
    kept.unshift({ ...message, content });
    if (room <= TOKENS_PER_MESSAGE) break;
  }
  return { messages: kept, promptTokens: Math.min(limit, countPrompt(kept)) };
}
