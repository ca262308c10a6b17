import type { EventStore } from '../../src/events/index.ts';
import { type Brain, ModelCatalogue } from '../../src/llm/index.ts';
import { Asker } from '../../src/tasks/ask/asker.ts';
import type { ModelCallRequest } from '../../src/tasks/tasks.events.ts';
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

/** The log of a task of which nothing is told but its state. */
const noHistory = { getEvents: () => Promise.resolve([]) } as unknown as EventStore;

/** Nothing was ever learned. */
export const noKnowledge = { search: () => Promise.resolve([]) };

/** What a model with such a window would be asked. */
export function askOf(state: CodingState, question: Question, contextTokens = 8000): Promise<ModelCallRequest> {
  const catalogue = new ModelCatalogue([], contextTokens);
  const asker = new Asker({
    brain: twoModels,
    events: noHistory,
    knowledge: noKnowledge,
    catalogue,
    answerTokens: 0,
    delegatedTokens: contextTokens,
  });
  return asker.ask({ state, sequence: 1 }, question);
}
