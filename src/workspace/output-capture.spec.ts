import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OutputBudget, OutputCapture } from './output-capture.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });

/** Cuts bytes at arbitrary places, as a pipe does. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((one, other) => one - other);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('OutputCapture', () => {
  it('keeps characters whole wherever the chunks are cut [WS-4]', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (original, cuts) => {
        const seen: string[] = [];
        const capture = new OutputCapture(new OutputBudget(10_000), (part) => seen.push(part));
        for (const piece of pieces(Buffer.from(original), cuts)) capture.add(piece);
        expect(capture.end()).toBe(original);
        expect(seen.join('')).toBe(original);
      }),
    );
  });

  it('keeps a beginning within the limit, in whole characters, and counts what it drops [WS-4]', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), fc.nat({ max: 100 }), (original, cuts, limit) => {
        const bytes = Buffer.from(original);
        const budget = new OutputBudget(limit);
        const capture = new OutputCapture(budget);
        for (const piece of pieces(bytes, cuts)) capture.add(piece);
        const kept = capture.end();
        expect(original.startsWith(kept)).toBe(true);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(limit);
        expect(budget.cut).toBe(Math.max(0, bytes.length - limit));
      }),
    );
  });
});
