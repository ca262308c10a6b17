import type { TopAction, TopState } from './top-state.ts';

/** A key as the terminal gives it: what it types, or its name. */
export interface Key {
  readonly input: string;
  readonly name: 'up' | 'down' | 'pageUp' | 'pageDown' | 'return' | 'escape' | 'backspace' | null;
}

/** What a key stands for: a change of what is shown, or something to be done at the server. */
export type KeyMeaning =
  | TopAction
  | { readonly kind: 'cancelTask' }
  | { readonly kind: 'intervene'; readonly guidance: string }
  | { readonly kind: 'quit' };

export const KEYS_HELP = '↑↓ select · c cancel · i guide · f open only · p pause · q quit';
const PAGE = 10;

/** null: nothing. Pure. */
export function meaningOf(state: TopState, { input, name }: Key): KeyMeaning | null {
  if (state.question === 'guidance') return whileTyping(state, { input, name });
  if (state.question === 'cancel') return input === 'y' ? { kind: 'cancelTask' } : { kind: 'leaveQuestion' };
  switch (name ?? input) {
    case 'up':
    case 'k':
      return { kind: 'move', by: -1 };
    case 'down':
    case 'j':
      return { kind: 'move', by: 1 };
    case 'pageUp':
      return { kind: 'move', by: -PAGE };
    case 'pageDown':
      return { kind: 'move', by: PAGE };
    case 'c':
      return { kind: 'ask', question: 'cancel' };
    case 'i':
      return { kind: 'ask', question: 'guidance' };
    case 'p':
      return { kind: 'pause' };
    case 'f':
      return { kind: 'filter' };
    case 'q':
    case 'escape':
      return { kind: 'quit' };
    default:
      return null;
  }
}

function whileTyping(state: TopState, { input, name }: Key): KeyMeaning | null {
  if (name === 'escape') return { kind: 'leaveQuestion' };
  if (name === 'backspace') return { kind: 'erase' };
  if (name === 'return') {
    const guidance = state.typed.trim();
    return guidance === '' ? { kind: 'leaveQuestion' } : { kind: 'intervene', guidance };
  }
  // What is pasted may hold line breaks: they are blanks in what is said.
  return name === null && input !== '' ? { kind: 'type', text: input.replace(/\s+/g, ' ') } : null;
}
