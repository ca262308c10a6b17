import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readConfiguration } from '../../kernel/configuration.ts';
import type { ModelEntry } from '../../kernel/model-entries.ts';
import { PromptTooLargeError } from '../llm.errors.ts';
import { ModelCatalogue, type ModelDescription } from './model-catalogue.ts';
import { type Route, routeModel } from './route-model.ts';

const catalogue = new ModelCatalogue();

interface Given {
  readonly criticalTokens?: number;
  readonly answerTokens?: number;
  readonly isAvailable?: (name: string) => boolean;
  readonly models?: ModelCatalogue;
}

/** The route of a prompt that takes as many tokens with every model. */
function route(name: string, neededTokens: number, given: Given = {}): Route {
  const { criticalTokens = neededTokens, answerTokens = 0, isAvailable = () => true, models = catalogue } = given;
  const needFor = () => ({ neededTokens, criticalTokens });
  return routeModel({ model: models.describe(name), catalogue: models, needFor, answerTokens, isAvailable });
}

describe('routing (CX-3)', () => {
  it('keeps the model up to 80 % of its window, and takes the larger one beyond [CX-3]', () => {
    expect(route('mistral:7b', 6553).model.name).toBe('mistral:7b');
    expect(route('mistral:7b', 6554).model.name).toBe('qwen3:8b');
    expect(route('mistral:7b', 7000).model.name).toBe('qwen3:8b');
    expect(route('qwen3:8b', 26_214).model.name).toBe('qwen3:8b');
    expect(route('qwen3:8b', 28_000).model.name).toBe('claude-sonnet-4-5');
    expect(route('mistral:7b', 28_000).model.name).toBe('claude-sonnet-4-5');
  });

  it("counts the answer's room in, and what a prompt takes with each model's own tokenizer [CX-3]", () => {
    expect(route('mistral:7b', 5000, { answerTokens: 2048 }).model.name).toBe('qwen3:8b');
    const needFor = ({ tokenizer }: ModelDescription) => {
      const tokens = tokenizer === 'mistral' ? 7000 : 27_000;
      return { neededTokens: tokens, criticalTokens: tokens };
    };
    const model = catalogue.describe('mistral:7b');
    expect(routeModel({ model, catalogue, needFor, answerTokens: 0, isAvailable: () => true }).model.name).toBe(
      'claude-sonnet-4-5',
    );
  });

  it('passes over what the provider does not have, and says so [CX-3]', () => {
    const isAvailable = (name: string) => name !== 'qwen3:8b';
    const routed = route('mistral:7b', 7000, { isAvailable });
    expect(routed.model.name).toBe('claude-sonnet-4-5');
    expect(routed.passedOver).toEqual([
      { model: 'mistral:7b', reason: '7000 + 0 tokens are more than 6553, 80 % of its window' },
      { model: 'qwen3:8b', reason: 'the provider does not have it' },
    ]);
  });

  it('with no larger model fills the largest to its end, then has the prompt cut, then refuses [CX-3]', () => {
    const alone = { answerTokens: 1000, isAvailable: () => false };
    expect(route('mistral:7b', 7000, alone)).toMatchObject({ promptTokens: 7192, mustTrim: false });
    expect(route('mistral:7b', 9000, { ...alone, criticalTokens: 7192 })).toMatchObject({
      model: { name: 'mistral:7b' },
      promptTokens: 7192,
      mustTrim: true,
    });
    const refused = () => route('mistral:7b', 9000, { ...alone, criticalTokens: 7193 });
    expect(refused).toThrow(PromptTooLargeError);
    expect(refused).toThrow(
      /mistral:7b must be told 7193 tokens and needs 1000 .* has 8192; qwen3:8b: the provider does not have it/,
    );
  });

  it('knows nothing larger for a model that it does not know, and takes LLM_CONTEXT_TOKENS as the window of all [CX-1, CX-3]', () => {
    expect(catalogue.describe('unknown:1b')).toMatchObject({
      contextTokens: 8192,
      tokenizer: 'estimate',
      larger: null,
    });
    const capped = ModelCatalogue.of(readConfiguration({ LLM_CONTEXT_TOKENS: '16384' }));
    const windows = ['mistral:7b', 'qwen3:8b', 'claude-x', 'unknown:1b'].map((name) => capped.describe(name));
    expect(windows.map(({ contextTokens }) => contextTokens)).toEqual([8192, 16_384, 16_384, 16_384]);
    expect(route('mistral:7b', 13_000, { models: capped }).model.name).toBe('qwen3:8b');
  });

  it('never passes the limit of a model, whatever the models are, circles included [CX-3]', () => {
    const names = ['a', 'b', 'c', 'd'];
    const entry = (name: string) =>
      fc.record<ModelEntry>({
        name: fc.constant(name),
        contextTokens: fc.integer({ min: 1024, max: 50_000 }),
        tokenizer: fc.constant('estimate'),
        larger: fc.constantFrom(null, ...names),
        price: fc.constant(null),
      });
    const need = fc.record({ more: fc.nat(60_000), criticalTokens: fc.nat(60_000) });
    fc.assert(
      fc.property(
        fc.tuple(...names.map(entry)),
        fc.dictionary(fc.constantFrom(...names), need),
        fc.nat(40_000),
        fc.subarray(names),
        (entries, needs, answerTokens, available) => {
          const models = new ModelCatalogue(entries);
          const needFor = ({ name }: ModelDescription) => {
            const { more = 0, criticalTokens = 500 } = needs[name] ?? {};
            return { criticalTokens, neededTokens: criticalTokens + more };
          };
          const model = models.describe('a');
          const isAvailable = (name: string) => available.includes(name);
          try {
            const routed = routeModel({ model, catalogue: models, needFor, answerTokens, isAvailable });
            expect(routed.promptTokens + answerTokens).toBeLessThanOrEqual(routed.model.contextTokens);
            expect(routed.promptTokens).toBeGreaterThanOrEqual(needFor(routed.model).criticalTokens);
            expect(routed.mustTrim).toBe(needFor(routed.model).neededTokens > routed.promptTokens);
            expect(['a', ...available]).toContain(routed.model.name);
          } catch (error) {
            if (!(error instanceof PromptTooLargeError)) throw error;
            const { criticalTokens, contextTokens } = error.numbers;
            expect(criticalTokens + answerTokens).toBeGreaterThan(contextTokens);
          }
        },
      ),
    );
  });
});
