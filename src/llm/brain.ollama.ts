import { messageOf } from '../kernel/errors.ts';
import type { Brain, BrainHealth, ModelRole } from './brain.ts';
import { httpCall, readText } from './http-call.ts';
import { OllamaModel } from './language-model.ollama.ts';
import type { LanguageModel } from './language-model.ts';
import { ModelChoice, type RoleModels } from './model-choice.ts';
import type { ModelCatalogue } from './models/model-catalogue.ts';

export interface OllamaBrainOptions {
  readonly baseUrl: string;
  readonly models: RoleModels;
  /** Where each model's num_ctx comes from. */
  readonly catalogue: ModelCatalogue;
  readonly answerTokens: number;
  readonly timeoutMs: number;
}

/** The models of one Ollama server. Healthy when it answers and has the models of all roles. */
export class OllamaBrain implements Brain {
  readonly description: string;
  readonly delegated = false;
  private readonly choice: ModelChoice;
  /** What the server has, with tags, as it said last. */
  private present: ReadonlySet<string> | null = null;

  constructor(private readonly options: OllamaBrainOptions) {
    const { models, catalogue, ...rest } = options;
    this.choice = new ModelChoice(
      models,
      (model) => new OllamaModel({ ...rest, model, contextTokens: catalogue.describe(model).contextTokens }),
    );
    this.description = `ollama (${this.choice.toString()})`;
  }

  modelFor(role: ModelRole, name?: string): LanguageModel {
    return this.choice.modelFor(role, name);
  }

  hasModel(name: string): boolean {
    return this.present ? this.present.has(withTag(name)) : this.choice.distinctNames.includes(name);
  }

  async health(signal: AbortSignal): Promise<BrainHealth> {
    const { baseUrl } = this.options;
    try {
      const { version } = (await this.get('/api/version', signal)) as { version?: string };
      const { models = [] } = (await this.get('/api/tags', signal)) as { models?: readonly { name: string }[] };
      const present = new Set(models.map(({ name }) => name));
      this.present = present;
      const missing = this.choice.distinctNames.filter((name) => !present.has(withTag(name)));
      if (missing.length === 0)
        return { reachable: true, detail: `Ollama ${version ?? '(unknown version)'} at ${baseUrl}` };
      return {
        reachable: false,
        detail: `Ollama at ${baseUrl} has no ${missing.join(' and no ')}`,
        cure: missing.map((name) => `ollama pull ${name}`).join(' && '),
      };
    } catch (error) {
      return {
        reachable: false,
        detail: `Ollama at ${baseUrl} does not answer: ${signal.aborted ? 'no answer in time' : messageOf(error)}`,
        cure: 'Start it with `ollama serve`, or set OLLAMA_BASE_URL to where it runs.',
      };
    }
  }

  private async get(path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await httpCall({ url: `${this.options.baseUrl}${path}`, signal });
    const body = await readText(answer);
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
    return JSON.parse(body);
  }
}

/** Ollama's own reading of a name without a tag. */
function withTag(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}
