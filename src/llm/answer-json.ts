/** What a text holds of the JSON object that was asked for. `cut`: it begins but never ends. */
export type FoundJson =
  | { readonly kind: 'found'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'cut' }
  | { readonly kind: 'none' };

/** More openings than this are not tried: a text of braces must not cost time by its square. */
const MAX_CANDIDATES = 64;

/**
 * Finds the JSON object in a model's answer: bare, in a code fence, with prose around it, or after a `<think>` part.
 * Nothing is mended: what is not valid JSON is for the model to write again.
 */
export function findJson(text: string): FoundJson {
  const answer = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim();
  const whole = parseObject(answer);
  if (whole) return { kind: 'found', value: whole };

  let cut = false;
  let start = answer.indexOf('{');
  for (let tried = 0; start !== -1 && tried < MAX_CANDIDATES; tried++) {
    const end = endOfObject(answer, start);
    if (end === -1) {
      // The outermost opening decides: objects inside a cut one are parts of it, not answers.
      cut = looksLikeJson(answer, start);
      if (cut) break;
    } else {
      const value = parseObject(answer.slice(start, end));
      if (value) return { kind: 'found', value };
    }
    start = answer.indexOf('{', start + 1);
  }
  return { kind: cut ? 'cut' : 'none' };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

/** A `{` of prose or code is rarely followed by a quoted key. */
function looksLikeJson(text: string, start: number): boolean {
  return /^\{\s*("|$)/.test(text.slice(start, start + 256));
}

/** The position after the brace that closes the one at `start`, or -1. Braces inside strings do not count. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return index + 1;
  }
  return -1;
}
