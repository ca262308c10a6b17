import { NO_AGENT, selectAgent } from '../../llm/index.ts';
import type { Ask } from '../intents/intent-router.ts';
import type { AgentView } from './agents.ts';
import type { ChooseAgent } from './dispatcher.ts';

const TIMEOUT_MS = 10_000;
/** No prompt names more: the least busy ones come first. */
const MOST_ASKED = 10;

/** Has a model choose among the agents that offered themselves; null where it wants none of them, or is late. */
export function chooseByModel(ask: Ask, describe: (agentId: string) => Promise<AgentView>): ChooseAgent {
  return async ({ step, needs }, offers) => {
    const some = offers.slice(0, MOST_ASKED);
    const views = await Promise.all(some.map(({ agentId }) => describe(agentId)));
    const agents = views.map(({ agentId: id, os, capabilities, load }) => ({ id, os, capabilities, load, offer: '' }));
    const [action = ''] = needs;
    const input = { step: { action, description: step }, capability: action, agents };
    const { agent } = await ask(selectAgent, input, AbortSignal.timeout(TIMEOUT_MS));
    return agent === NO_AGENT ? null : agent;
  };
}
