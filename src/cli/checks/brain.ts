import type { Configuration } from '../../kernel/configuration.ts';
import { messageOf } from '../../kernel/errors.ts';
import { resolveBrain } from '../../llm/index.ts';
import type { Finding } from './finding.ts';

const PROVIDER_MS = 3000;

/** Who would answer model calls, chosen just as the server does it, and whether it answers now. */
export async function checkBrain(configuration: Configuration): Promise<Finding> {
  const check = 'models';
  const said: string[] = [];
  try {
    // A recording of real calls is none of doctor's business.
    const brain = await resolveBrain({ ...configuration, LLM_RECORD: undefined }, (_level, message) =>
      said.push(message),
    );
    const health = await brain.health(AbortSignal.timeout(PROVIDER_MS));
    if (!health.reachable) {
      return { check, status: 'fault', detail: `${brain.description}: ${health.detail}`, cure: health.cure };
    } else if (brain.delegated && configuration.LLM_PROVIDER === undefined) {
      return {
        check,
        status: 'note',
        detail: `none; tasks wait for somebody to answer (taskloom work). ${said[0] ?? ''}`,
        cure: 'Start Ollama with both models, or set LLM_PROVIDER. To answer by hand is fine, too.',
      };
    } else {
      return { check, status: 'ok', detail: `${brain.description}; ${health.detail}`, cure: null };
    }
  } catch (error) {
    return { check, status: 'fault', detail: messageOf(error), cure: 'Correct it in the environment or in .env.' };
  }
}
