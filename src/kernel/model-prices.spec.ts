import { expect, it } from '@jest/globals';
import { costOf, readModelPrices } from './model-prices.ts';

it('reads prices of models, whatever their names are made of [LM-6]', () => {
  expect(readModelPrices('')).toEqual({});
  expect(readModelPrices('claude-sonnet-4-5=3/15, qwen3:8b=0/0.05')).toEqual({
    'claude-sonnet-4-5': { input: 3, output: 15 },
    'qwen3:8b': { input: 0, output: 0.05 },
  });
  for (const wrong of ['gpt', 'gpt=1', 'gpt=1/', '=1/2', 'gpt=-1/2', 'gpt=1/2/3'])
    expect(readModelPrices(wrong)).toBeNull();
});

it('knows what a call costs only where the price and the tokens are known [LM-6, LM-5]', () => {
  const prices = readModelPrices('m=2/10') ?? {};
  expect(costOf(prices, 'm', { inputTokens: 500_000, outputTokens: 100_000 })).toBe(2);
  expect(costOf(prices, 'other', { inputTokens: 1, outputTokens: 1 })).toBeUndefined();
  expect(costOf(prices, 'constructor', { inputTokens: 1, outputTokens: 1 })).toBeUndefined();
  expect(costOf(prices, 'm', null)).toBeUndefined();
});
