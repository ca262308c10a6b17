/** Lines longer than this are no stream of tokens. */
const MAX_LINE_CHARACTERS = 8 * 1024 * 1024;

/**
 * The values of a stream of JSON lines as they come, however its chunks are split: also inside a line, an escape or a
 * UTF-8 character. Blank lines are skipped; a last line without its newline counts. Throws SyntaxError on a bad line.
 */
export async function* ndjson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new SyntaxError(`a line is longer than ${MAX_LINE_CHARACTERS} characters`);
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield JSON.parse(rest);
}
