import { type Brain, ModelCatalogue } from '../../src/llm/index.ts';
import { Asker, type ModelCallRequest } from '../../src/tasks/ask/asker.ts';
import type { Question } from '../../src/tasks/coding-decide.ts';
import type { CodingState } from '../../src/tasks/coding-state.ts';

/** A planner and an executor that are never really asked; there is no larger model. */
export const twoModels: Brain = {
  description: 'two models',
  delegated: false,
  modelFor: (role) => ({ model: `the ${role}` }) as ReturnType<Brain['modelFor']>,
  offers: () => Promise.resolve(false),
  health: () => Promise.resolve({ reachable: true, detail: '' }),
};

/** What a model with such a window would be asked. */
export function askOf(state: CodingState, question: Question, contextTokens = 8000): Promise<ModelCallRequest> {
  const catalogue = new ModelCatalogue([], contextTokens);
  const asker = new Asker({ brain: twoModels, catalogue, answerTokens: 0, delegatedTokens: contextTokens });
  return asker.ask({ state, sequence: 1 }, question);
}
