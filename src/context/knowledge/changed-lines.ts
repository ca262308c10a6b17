/**
 * What is different between two texts, as `-` and `+` lines: the part between their common beginning and end, at most
 * `maxLines` of each side. '' where they are the same.
 */
export function changedLines(before: string, after: string, maxLines: number): string {
  const [old, young] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(old.length, young.length);
  let begin = 0;
  while (begin < shorter && old[begin] === young[begin]) begin++;
  let end = 0;
  while (end < shorter - begin && old.at(-1 - end) === young.at(-1 - end)) end++;
  const removed = marked('-', old.slice(begin, old.length - end), maxLines);
  const added = marked('+', young.slice(begin, young.length - end), maxLines);
  return [...removed, ...added].join('\n');
}

function marked(mark: string, lines: readonly string[], maxLines: number): readonly string[] {
  const shown = lines.slice(0, maxLines).map((line) => `${mark} ${line}`);
  return lines.length > maxLines ? [...shown, `${mark} … ${lines.length - maxLines} more lines`] : shown;
}
