import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from './configuration.ts';
import { defaultModels, findModelEntry, readModelEntries } from './model-entries.ts';

describe('the models of the configuration (CX-1)', () => {
  it('are known by default with their windows, tokenizers and larger siblings [CX-1]', () => {
    const known = ['mistral:7b', 'qwen3:8b', 'claude-sonnet-4-5', 'claude-opus-4-1'].map((name) =>
      findModelEntry(defaultModels, name),
    );
    expect(known).toMatchObject([
      { contextTokens: 8192, tokenizer: 'mistral', larger: 'qwen3:8b' },
      { contextTokens: 32_768, tokenizer: 'qwen3', larger: 'claude-sonnet-4-5' },
      { contextTokens: 200_000, tokenizer: 'estimate', larger: null },
      { contextTokens: 200_000 },
    ]);
    expect(findModelEntry(defaultModels, 'llama3.1:8b')).toBeNull();
  });

  it('are read with all their fields, and replace the default of the same name [CX-1]', () => {
    const { models, problems } = readModelEntries(
      'mistral:7b context=16384 larger=qwen3:14b price=0/0.05 tokenizer=mistral, qwen3:14b  context=40960 tokenizer=qwen3,hf.co/some/model:Q4 context=4096,',
    );
    expect(problems).toEqual([]);
    expect(findModelEntry(models, 'mistral:7b')).toEqual({
      name: 'mistral:7b',
      contextTokens: 16_384,
      tokenizer: 'mistral',
      larger: 'qwen3:14b',
      price: { input: 0, output: 0.05 },
    });
    expect(findModelEntry(models, 'hf.co/some/model:Q4')).toMatchObject({ tokenizer: 'estimate', larger: null });
    expect(findModelEntry(models, 'qwen3:8b')).toMatchObject({ contextTokens: 32_768 });
  });

  it('take the entry whose beginning fits best [CX-1]', () => {
    const { models } = readModelEntries('llama* context=4096,llama3* context=8192,llama3.1:* context=131072');
    const windows = ['llama2', 'llama3:8b', 'llama3.1:8b'].map((name) => findModelEntry(models, name)?.contextTokens);
    expect(windows).toEqual([4096, 8192, 131_072]);
  });

  it('stop the start with one problem for each wrong entry [CX-1]', () => {
    const wrong: readonly (readonly [entry: string, problem: RegExp])[] = [
      ['a', /"a" needs context=/],
      ['b context=12', /"b" needs context=/],
      ['c context=8192 window=3', /"c" has a field "window"/],
      ['d context=8192 context=4096', /"d" has a field twice/],
      ['e context=8192 tokenizer=gpt', /"e" needs tokenizer= with one of mistral, qwen3, estimate/],
      ['f context=8192 price=3', /"f" needs price=/],
      ['g context=8192 larger=nobody', /"g" names the larger model "nobody", which has no entry/],
      ['h context=8192 larger=mistral:7b', /"h" names the larger model "mistral:7b", whose context of 8192/],
      ['i context=8192 larger=i', /"i" names the larger model "i"/],
      ['j* context=8192 price=1/2', /"j\*" has one price for many models/],
      ['context=8192', /"context=8192" is a field without a name/],
      ['k context=8192,k context=4096', /"k" is there twice/],
    ];
    for (const [entry, problem] of wrong) {
      expect(readModelEntries(entry).problems).toEqual([expect.stringMatching(problem)]);
    }
    const all = wrong.map(([entry]) => entry).join(',');
    expect(readModelEntries(all).problems).toHaveLength(wrong.length);
    expect(() => readConfiguration({ MODELS: 'a, b context=12' })).toThrow(/MODELS: .*"a" needs.*; "b" needs.*Example/);
  });

  it('have prices that count like those of LLM_PRICES, which win', () => {
    const MODELS = 'm context=8192 price=1/2,n context=8192 price=3/4';
    expect(readConfiguration({ MODELS, LLM_PRICES: 'n=5/6' }).LLM_PRICES).toEqual({
      m: { input: 1, output: 2 },
      n: { input: 5, output: 6 },
    });
    expect(readConfiguration({ MODELS: 'm context=8192' }).LLM_PRICES).toBeUndefined();
  });
});
