import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lines, TOO_LONG } from './lines.ts';

async function read(chunks: readonly Buffer[], maxBytes: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const line of lines(Readable.from(chunks), maxBytes)) found.push(line);
  return found;
}

/** Cuts bytes into pieces of the given lengths, and what is left into one. */
function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const length of lengths) pieces.push(bytes.subarray(at, (at += length)));
  return [...pieces, bytes.subarray(at)].filter(({ length }) => length > 0);
}

describe('the lines of a stream [MCP-1]', () => {
  it('are the same however the stream is cut, in the middle of characters too', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, '') || '–');
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }));
    await fc.assert(
      fc.asyncProperty(fc.array(line), cuts, fc.constantFrom('\n', '\r\n'), async (texts, lengths, end) => {
        fc.pre(texts.every((text) => text.isWellFormed()));
        const bytes = Buffer.from(texts.map((text) => `${text}${end}`).join(''));
        expect(await read(cut(bytes, lengths), 1000)).toEqual(texts);
      }),
    );
  });

  it('that are too long are told and not kept, and the next one is whole', async () => {
    const bytes = Buffer.from(`${'x'.repeat(11)}\nshort\n${'y'.repeat(30)}`);
    for (const lengths of [[], [1, 1, 1, 1], [5, 8, 20]]) {
      expect(await read(cut(bytes, lengths), 10)).toEqual([TOO_LONG, 'short', TOO_LONG]);
    }
  });
});
