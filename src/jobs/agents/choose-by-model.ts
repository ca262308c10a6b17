import { NO_AGENT, selectAgent } from '../../llm/index.ts';
import type { Ask } from '../intents/intent-router.ts';
import type { AgentView } from './agents.ts';
import type { ChooseAgent } from './dispatcher.ts';

/** No prompt names more: the least busy ones come first. */
const MOST_ASKED = 10;
/** Steps do not wait for a model again and again that has just let one of them wait. */
const PAUSE_MS = 60_000;

export interface ModelChoiceParts {
  readonly ask: Ask;
  readonly describe: (agentId: string) => Promise<Pick<AgentView, 'agentId' | 'os' | 'capabilities' | 'load'>>;
  /** How long the model may take. Default: 10 s. */
  readonly timeoutMs?: number;
  readonly clock: () => number;
}

/**
 * Has a model choose among the agents that offered themselves. It answers that it wants none of them, or that it was late;
 * then it is not asked for a minute. Rejects with a ModelError where it fails. Load decides in all these cases.
 */
export function chooseByModel({ ask, describe, timeoutMs = 10_000, clock }: ModelChoiceParts): ChooseAgent {
  let pausedUntil = 0;
  return async ({ step, needs }, offers) => {
    if (clock() < pausedUntil) return { agentId: null, because: 'It was late a moment ago and was not asked.' };
    const views = await Promise.all(offers.slice(0, MOST_ASKED).map(({ agentId }) => describe(agentId)));
    const agents = views.map(({ agentId: id, os, capabilities, load }) => ({ id, os, capabilities, load, offer: '' }));
    const [action = ''] = needs;
    const input = { step: { action, description: step }, capability: action, agents };
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const { agent, reason } = await ask(selectAgent, input, deadline);
      return { agentId: agent === NO_AGENT ? null : agent, because: reason };
    } catch (error) {
      if (!deadline.aborted) throw error;
      pausedUntil = clock() + PAUSE_MS;
      return { agentId: null, because: `It did not answer within ${timeoutMs} ms.` };
    }
  };
}
