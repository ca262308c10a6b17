import { messageOf } from '../kernel/errors.ts';
import type { Brain, BrainHealth, ModelRole } from './brain.ts';
import { httpCall, readText } from './http-call.ts';
import { anthropicModel } from './language-model.ai-sdk.ts';
import type { LanguageModel } from './language-model.ts';
import { ModelChoice, type RoleModels } from './model-choice.ts';

export interface AnthropicBrainOptions {
  readonly apiKey: string;
  readonly models: RoleModels;
  readonly answerTokens: number;
  readonly timeoutMs: number;
  /** Default: Anthropic's own address. */
  readonly baseUrl?: string;
}

/** Claude models at Anthropic. Healthy when the key is accepted and the models of all roles exist. */
export class AnthropicBrain implements Brain {
  readonly description: string;
  readonly delegated = false;
  private readonly choice: ModelChoice;

  constructor(private readonly options: AnthropicBrainOptions) {
    const { models, ...rest } = options;
    this.choice = new ModelChoice(models, (model) => anthropicModel({ ...rest, model }));
    this.description = `anthropic (${this.choice.toString()})`;
  }

  modelFor(role: ModelRole, name?: string): LanguageModel {
    return this.choice.modelFor(role, name);
  }

  /** Its models are not asked for one by one before they are needed. */
  hasModel(name: string): boolean {
    return name.startsWith('claude-');
  }

  async health(signal: AbortSignal): Promise<BrainHealth> {
    const { apiKey, baseUrl = 'https://api.anthropic.com/v1' } = this.options;
    const headers = { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' };
    try {
      for (const name of this.choice.distinctNames) {
        // Asked one by one, as an alias is no entry of the list.
        const answer = await httpCall({ url: `${baseUrl}/models/${encodeURIComponent(name)}`, headers, signal });
        await readText(answer);
        if (answer.status === 401 || answer.status === 403) {
          return {
            reachable: false,
            detail: `Anthropic refuses the key (${answer.status})`,
            cure: 'Set ANTHROPIC_API_KEY to a valid key.',
          };
        }
        if (answer.status === 404) {
          return {
            reachable: false,
            detail: `Anthropic has no model ${JSON.stringify(name)}`,
            cure: 'Set PLANNER_MODEL, EXECUTOR_MODEL and SUMMARIZER_MODEL to models of Anthropic.',
          };
        }
        if (answer.status !== 200) throw new Error(`it answers ${answer.status}`);
      }
      return { reachable: true, detail: 'Anthropic accepts the key and knows the models' };
    } catch (error) {
      return {
        reachable: false,
        detail: `Anthropic does not answer: ${signal.aborted ? 'no answer in time' : messageOf(error)}`,
        cure: 'Check the way to api.anthropic.com.',
      };
    }
  }
}
