import type { ModelRole } from './brain.ts';
import type { LanguageModel } from './language-model.ts';

export type RoleModels = Readonly<Record<ModelRole, string>>;

/** The models of a brain by role or name; each name has one instance, which keeps what it learned about its model. */
export class ModelChoice {
  private readonly models = new Map<string, LanguageModel>();

  constructor(
    readonly names: RoleModels,
    private readonly make: (name: string) => LanguageModel,
  ) {}

  modelFor(role: ModelRole, name: string = this.names[role]): LanguageModel {
    const known = this.models.get(name);
    if (known) return known;
    const model = this.make(name);
    this.models.set(name, model);
    return model;
  }

  /** For people: `planner qwen3:8b, executor mistral:7b`; the summarizer where it is another than the executor. */
  toString(): string {
    const { planner, executor, summarizer } = this.names;
    const pair = `planner ${planner}, executor ${executor}`;
    return summarizer === executor ? pair : `${pair}, summarizer ${summarizer}`;
  }

  /** The names of all roles, each once. */
  get distinctNames(): readonly string[] {
    return [...new Set(Object.values(this.names))];
  }
}
