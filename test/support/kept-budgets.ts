import { expect } from '@jest/globals';
import { ModelCatalogue, tokenCounterFor } from '../../src/llm/index.ts';
import type { ModelCallRequest } from '../../src/tasks/tasks.events.ts';
import type { WireEvent } from './rest.ts';

const catalogue = new ModelCatalogue();

/** Looks at every model call of a task: its prompt, by the model's own tokenizer, leaves the answer its room. */
export async function expectKeptBudgets(events: readonly WireEvent[], answerTokens = 2048): Promise<number> {
  let calls = 0;
  for (const event of events) {
    if (event.eventType !== 'MODEL_CALL_REQUESTED') continue;
    const { model, messages, tokens, room } = event.data as unknown as ModelCallRequest;
    if (model === null) continue;
    const described = catalogue.describe(model);
    const counted = (await tokenCounterFor(described)).countPrompt(messages);
    expect({ model, tokens, contextTokens: room?.contextTokens }).toEqual({
      model,
      tokens: counted,
      contextTokens: described.contextTokens,
    });
    expect(counted + answerTokens).toBeLessThanOrEqual(described.contextTokens);
    calls += 1;
  }
  return calls;
}
