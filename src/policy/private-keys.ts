const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----/g;
const END = 'PRIVATE KEY-----';

/** Replaces whole blocks of private keys (PEM), also one whose end is missing. Takes time in proportion to the text. */
export function withoutPrivateKeys(text: string, replacement: string): string {
  BEGIN.lastIndex = 0;
  let begin = BEGIN.exec(text);
  if (!begin) return text;
  const kept: string[] = [];
  let position = 0;
  while (begin) {
    kept.push(text.slice(position, begin.index), replacement);
    const end = text.indexOf(END, begin.index + begin[0].length);
    if (end < 0) return kept.join('');
    position = end + END.length;
    BEGIN.lastIndex = position;
    begin = BEGIN.exec(text);
  }
  return kept.join('') + text.slice(position);
}
