import type { EventStore } from '../../src/events/index.ts';
import { type Brain, ModelCatalogue } from '../../src/llm/index.ts';
import { Asker } from '../../src/tasks/ask/asker.ts';
import { SystemPrompts } from '../../src/tasks/ask/system-prompts.ts';
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

/** Puts questions about the tasks of a log to a model with such a window, with nothing learned from others. */
export function askerOn(events: EventStore, contextTokens = 8000): Asker {
  return new Asker({
    brain: twoModels,
    events,
    knowledge: noKnowledge,
    systemPrompts: new SystemPrompts(),
    catalogue: new ModelCatalogue([], contextTokens),
    answerTokens: 0,
    delegatedTokens: contextTokens,
  });
}

/** What a model with such a window would be asked. */
export function askOf(state: CodingState, question: Question, contextTokens = 8000): Promise<ModelCallRequest> {
  return askerOn(noHistory, contextTokens).ask({ state, sequence: 1 }, question);
}
