import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ndjson } from './ndjson.ts';

async function collect(chunks: Iterable<Uint8Array>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of ndjson(toAsync(chunks))) values.push(value);
  return values;
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream whose chunks are all there
async function* toAsync(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* chunks;
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Iterable<Uint8Array> {
  let from = 0;
  for (let index = 0; from < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

describe('a stream of JSON lines', () => {
  it('gives the same values however its bytes are cut', async () => {
    const values = fc.array(fc.jsonValue(), { maxLength: 8 });
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(values, sizes, fc.boolean(), async (lines, pieces, lastNewline) => {
        const text = lines.map((line) => JSON.stringify(line)).join('\n') + (lastNewline ? '\n' : '');
        const read = await collect(cut(Buffer.from(text), pieces));
        expect(JSON.stringify(read)).toBe(JSON.stringify(lines));
      }),
    );
  });

  it('skips blank lines and refuses a line that is cut', async () => {
    expect(await collect([Buffer.from('{"a":1}\n\r\n\n{"b":2}\n')])).toEqual([{ a: 1 }, { b: 2 }]);
    await expect(collect([Buffer.from('{"a":1}\n{"b":')])).rejects.toBeInstanceOf(SyntaxError);
  });
});
