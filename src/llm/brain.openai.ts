import { messageOf } from '../kernel/errors.ts';
import type { Brain, BrainHealth, ModelRole } from './brain.ts';
import { httpCall, readText } from './http-call.ts';
import { openAiModel } from './language-model.ai-sdk.ts';
import type { LanguageModel } from './language-model.ts';
import { ModelChoice, type RoleModels } from './model-choice.ts';

export interface OpenAiBrainOptions {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly models: RoleModels;
  readonly answerTokens: number;
  readonly timeoutMs: number;
}

/** The models of an OpenAI-compatible server. Healthy when it lists its models; many take names they do not list. */
export class OpenAiBrain implements Brain {
  readonly description: string;
  readonly delegated = false;
  private readonly choice: ModelChoice;
  /** What the server lists, as it said last; many have more. */
  private listed: ReadonlySet<string> = new Set();

  constructor(private readonly options: OpenAiBrainOptions) {
    const { models, ...rest } = options;
    this.choice = new ModelChoice(models, (model) => openAiModel({ ...rest, model }));
    this.description = `openai (${this.choice.toString()})`;
  }

  modelFor(role: ModelRole, name?: string): LanguageModel {
    return this.choice.modelFor(role, name);
  }

  hasModel(name: string): boolean {
    return this.listed.has(name) || this.choice.distinctNames.includes(name);
  }

  async health(signal: AbortSignal): Promise<BrainHealth> {
    const { baseUrl, apiKey } = this.options;
    try {
      const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
      const answer = await httpCall({ url: `${baseUrl}/models`, headers, signal });
      const body = await readText(answer);
      if (answer.status === 401 || answer.status === 403) {
        return {
          reachable: false,
          detail: `${baseUrl} refuses the key (${answer.status})`,
          cure: 'Set OPENAI_API_KEY to a key it knows.',
        };
      }
      if (answer.status !== 200) throw new Error(`/models answers ${answer.status}`);
      const { data = [] } = JSON.parse(body) as { data?: readonly { id: string }[] };
      this.listed = new Set(data.map(({ id }) => id));
      const unlisted = this.choice.distinctNames.filter((name) => !this.listed.has(name));
      const remark = unlisted.length > 0 ? `, which does not list ${unlisted.join(', ')}` : '';
      return { reachable: true, detail: `OpenAI-compatible server at ${baseUrl}${remark}` };
    } catch (error) {
      return {
        reachable: false,
        detail: `${baseUrl} does not answer: ${signal.aborted ? 'no answer in time' : messageOf(error)}`,
        cure: 'Start the server, or set OPENAI_BASE_URL to where it runs (it usually ends in /v1).',
      };
    }
  }
}
