import { messageOf } from '../kernel/errors.ts';
import { ModelError, NO_AGENT, selectAgent } from '../llm/index.ts';
import type { Ask } from './intents/intent-router.ts';

/** An agent that offered to do a step. */
export interface OfferingAgent {
  readonly id: string;
  readonly os: string;
  readonly capabilities: readonly string[];
  /** Share of its room that is taken, 0 to 1. */
  readonly load: number;
}

export interface ModelChoiceParts {
  readonly ask: Ask;
  readonly warn: (message: string) => void;
  /** How long the model may take. Default: 10 s. */
  readonly timeoutMs?: number;
}

/**
 * Lets a model choose who does a step, among those that can do its action. Null where it fails, is late, or wants none of
 * them: then load decides. Rejects only with the reason of the signal. Safe to repeat.
 */
export async function chooseAgent(
  { ask, warn, timeoutMs = 10_000 }: ModelChoiceParts,
  step: { readonly action: string; readonly description: string },
  agents: readonly OfferingAgent[],
  signal?: AbortSignal,
): Promise<string | null> {
  signal?.throwIfAborted();
  const able = agents.filter(({ capabilities }) => capabilities.includes(step.action));
  const [only, second] = able;
  if (!second) return only?.id ?? null;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const input = { step, capability: step.action, agents: able.map((agent) => ({ ...agent, offer: '' })) };
    const { agent } = await ask(selectAgent, input, signal ? AbortSignal.any([signal, deadline]) : deadline);
    return agent === NO_AGENT ? null : agent;
  } catch (error) {
    signal?.throwIfAborted();
    if (!deadline.aborted && !(error instanceof ModelError)) throw error;
    warn(`The least busy agent takes ${step.action}, as the model did not choose: ${messageOf(error)}`);
    return null;
  }
}
