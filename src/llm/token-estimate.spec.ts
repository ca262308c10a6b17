import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { measureTokenErrors } from '../../scripts/docs/token-errors.ts';
import { estimatePromptTokens, estimateTokens, fewestPromptTokens } from './token-estimate.ts';

/** Counts by the tokenizer of GPT-4 class models are known for these (cl100k_base): the estimate must not lie below. */
const known: readonly (readonly [text: string, tokens: number])[] = [
  ['The quick brown fox jumps over the lazy dog.', 10],
  ['Hello, world!', 4],
  ['antidisestablishmentarianism', 6],
  ['2 + 2 = 4', 7],
  ['お誕生日おめでとう', 9],
];

describe('the estimate of tokens', () => {
  it.each(known)('does not promise too little for %j', (text, tokens) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(Math.floor(tokens * 0.95));
    expect(estimateTokens(text)).toBeLessThanOrEqual(Math.ceil(tokens * 2.1));
  });

  it('lies between one token a word and one a character for the code of this folder', () => {
    const here = new URL('.', import.meta.url);
    for (const name of readdirSync(here).filter((each) => each.endsWith('.ts'))) {
      const content = readFileSync(new URL(name, here), 'utf8');
      const messages = [{ role: 'user' as const, content }];
      expect(estimatePromptTokens(messages)).toBeGreaterThan(fewestPromptTokens(messages));
      expect(estimateTokens(content)).toBeLessThan(content.length);
    }
  });

  it('stays within a fifth of the real counts, and hardly below them where the vocabulary is not known [CX-2]', async () => {
    const errors = await measureTokenErrors();
    expect(errors.length).toBeGreaterThanOrEqual(24);
    expect(errors.filter(({ estimate }) => Math.abs(estimate) > 0.2)).toEqual([]);
    expect(errors.filter(({ cautious }) => cautious < -0.15)).toEqual([]);
    const named = errors.filter(({ text }) => /chinese|emoji|english|events|package|python|typescript/.test(text));
    expect(named.filter(({ estimate, cautious }) => estimate < -0.05 || cautious < -0.05)).toEqual([]);
  });

  it('takes ten thousand characters of English for some 2,500 tokens [CX-2]', () => {
    const english = readFileSync(new URL('../../test/fixtures/tokens/english.txt', import.meta.url), 'utf8');
    const tokens = estimateTokens(english.repeat(10).slice(0, 10_000));
    expect(Math.abs(tokens / 2500 - 1)).toBeLessThan(0.2);
  });

  it('counts digits singly, so that ids and time stamps are not underrated', () => {
    expect(estimateTokens('2026-11-24T21:13:02.123Z')).toBeGreaterThanOrEqual(17);
  });

  it('is linear: a megabyte takes no time to speak of', () => {
    const text = 'const value = compute(12, "text"); // 世界\n'.repeat(25_000);
    const startedAt = performance.now();
    estimateTokens(text);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
