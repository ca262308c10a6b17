import { messageOf } from '../kernel/errors.ts';
import type { Brain, BrainHealth, ModelRole } from './brain.ts';
import type { LanguageModel } from './language-model.ts';
import { ReplayModel } from './language-model.replay.ts';
import { Recording } from './recording.ts';

/** Words that a model said before, out of a recording. Says so wherever it is shown. */
export class ReplayBrain implements Brain {
  readonly description: string;
  readonly delegated = false;
  private recording: Recording | null = null;
  private readonly models = new Map<string, ReplayModel>();

  constructor(private readonly path: string) {
    this.description = `replay (the model's words are replayed from ${path})`;
  }

  modelFor(role: ModelRole, name?: string): LanguageModel {
    const model = name ?? this.recording?.modelOf(role) ?? 'recording';
    const known = this.models.get(model);
    if (known) return known;
    const made = new ReplayModel(model, () => this.load());
    this.models.set(model, made);
    return made;
  }

  /** Those that have answered in the recording, once it was read. */
  hasModel(name: string): boolean {
    return this.recording?.calls.some(({ model }) => model === name) ?? false;
  }

  async health(): Promise<BrainHealth> {
    try {
      const { calls } = await this.load();
      return { reachable: true, detail: `${calls.length} recorded answers in ${this.path}` };
    } catch (error) {
      return {
        reachable: false,
        detail: messageOf(error),
        cure: 'Set LLM_RECORDING to a recording made with LLM_RECORD.',
      };
    }
  }

  /** Read once; a failure is not kept. */
  private async load(): Promise<Recording> {
    return (this.recording ??= await Recording.read(this.path));
  }
}
