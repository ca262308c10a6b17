// eslint-disable-next-line no-control-regex -- control characters are what this is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text of models, tests and people as one line that is safe on a terminal: what could move the cursor, set colours or
 * turn the reading direction shows as its code (`\x1b`), line breaks and tabs as blanks. Cut to `maxCharacters`.
 */
export function printable(text: string, maxCharacters = 200): string {
  // Cut before and after: one character can become six, and a text may be very long.
  const start = text.trim().slice(0, maxCharacters * 2 + 2);
  const line = start.replace(UNSAFE, show);
  const characters = [...line];
  if (characters.length <= maxCharacters) return line;
  return `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/** The first line of a text that says something, printable. */
export function firstLine(text: string, maxCharacters?: number): string {
  return printable(text.split(/\r?\n/).find((line) => line.trim() !== '') ?? '', maxCharacters);
}

/**
 * What a test's message comes to on one line: its first line, and where that only announces a difference, the lines
 * that differ (`- wanted`, `+ got`).
 */
export function gist(message: string, maxCharacters = 160): string {
  const first = firstLine(message, maxCharacters);
  if (!first.endsWith(':')) return first;
  const differing = message
    .split(/\r?\n/)
    .filter((line) => /^\s*[+-] /.test(line) && !line.includes('actual - expected'));
  return printable(
    [first, ...differing.map((line) => line.trim().replace(/^([+-])\s+/, '$1 '))].join(' '),
    maxCharacters,
  );
}

/** A text of many lines, each of them safe on a terminal and whole. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.replaceAll('\t', '    ').replace(UNSAFE, show));
}

function show(character: string): string {
  if (character === '\n' || character === '\r' || character === '\t') return ' ';
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
