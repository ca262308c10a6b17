/** The code in a string of an answer, or why there is none. */
export type FoundCode = { readonly code: string } | { readonly problem: string };

const FENCE = /^(`{3,}|~{3,})[^`\n]*$/;

/**
 * Takes the code out of a Markdown fence that wraps it, with the prose before and after it. A string without a wrapping
 * fence is the code itself, also when fences occur deep inside it. A fence that is never closed means cut-off code.
 */
export function findCode(text: string): FoundCode {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const open = lines.findIndex((line) => FENCE.test(line.trim()));
  if (open === -1 || !lines.slice(0, open).every(isProse)) return { code: withFinalNewline(text) };

  const mark = (FENCE.exec(lines[open]?.trim() ?? '')?.[1] ?? '```').slice(0, 3);
  const isClosing = (line: string) => line.trim().startsWith(mark) && new Set(line.trim()).size === 1;
  const close = lines.findLastIndex((line, index) => index > open && isClosing(line));
  if (close === -1) return { problem: 'opens a code fence that is never closed: the code is cut off, give all of it' };
  return { code: withFinalNewline(lines.slice(open + 1, close).join('\n')) };
}

/** A blank line or a sentence: nothing that a program could begin with. */
function isProse(line: string): boolean {
  const text = line.trim();
  return text === '' || (/^[A-Z*]/.test(text) && /[.:!]\**$/.test(text) && !/[;{}=]|"""|'''/.test(text));
}

function withFinalNewline(code: string): string {
  return code.endsWith('\n') || code === '' ? code : `${code}\n`;
}
