import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateTokens } from '../../llm/index.ts';
import { CUT_MARK, shorten } from './shorten.ts';

/** Words, numbers and marks, each a token. */
const countPieces = (text: string) => text.match(/\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;

describe('shortening a text', () => {
  it.each([
    [
      'at the last sentence that fits',
      'One two three. Four five six. Seven eight nine.',
      'One two three. Four five six. …',
    ],
    ['after a closing quote', 'He said "one two three." Then four five six and more.', 'He said "one two three." …'],
    [
      'not in the middle of a number or a name',
      'Version 1.5 of count.ts is in use everywhere now',
      'Version 1.5 of count.ts is …',
    ],
    [
      'at a blank where one sentence is too long',
      'one two three four five six seven eight nine ten eleven twelve',
      'one two three four five six seven eight nine …',
    ],
  ])('cuts %s', (_where, text, expected) => {
    expect(shorten(text, 10, countPieces)).toEqual({ text: expected, cut: true });
  });

  it('is never over the limit, leaves what fits alone, and marks what it cut', () => {
    const texts = fc.oneof(fc.string({ maxLength: 300 }), fc.lorem({ maxCount: 40 }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(texts, fc.integer({ min: 4, max: 60 }), (text, tokens) => {
        const { text: short, cut } = shorten(text, tokens, estimateTokens);
        expect(estimateTokens(short)).toBeLessThanOrEqual(tokens);
        expect(short.endsWith(CUT_MARK) || !cut).toBe(true);
        const whole = text.replace(/\s+/g, ' ').trim();
        expect(whole.startsWith(cut ? short.slice(0, -CUT_MARK.length) : short)).toBe(true);
        expect(short.isWellFormed() || !whole.isWellFormed()).toBe(true);
        if (!cut) expect(short).toBe(whole);
      }),
    );
  });
});
