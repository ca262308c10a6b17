import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateTokens } from '../../llm/index.ts';
import { cutText } from './cut-text.ts';

const words = (text: string) => text.split(/\s+/).filter(Boolean).length;

describe('a text that is cut', () => {
  it('ends after a paragraph, else after a line, else at a blank', () => {
    expect(cutText('one two\nthree\n\nfour five six', 5, words).text).toBe('one two\nthree …');
    expect(cutText('one two\nthree\nfour five six', 5, words).text).toBe('one two\nthree …');
    expect(cutText('one two three four', 3, words).text).toBe('one two …');
    expect(cutText('one two', 2, words)).toEqual({ text: 'one two', cut: false });
  });

  it('never has more tokens than it may, nor half a character, whatever it holds', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '\n\n', 'wörter', '{};', '😀', '語'),
      maxLength: 300,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: -1, max: 80 }), (whole, tokens) => {
        const { text: shown, cut } = cutText(whole, tokens, estimateTokens);
        expect(estimateTokens(shown)).toBeLessThanOrEqual(Math.max(0, tokens));
        expect(shown.isWellFormed()).toBe(true);
        if (!cut) expect(shown).toBe(whole);
      }),
    );
  });
});
