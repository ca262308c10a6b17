import type { Brain, BrainHealth, ModelRole } from './brain.ts';
import type { Redactor } from '../kernel/redactor.ts';
import { RecordingModel } from './language-model.recording.ts';
import type { LanguageModel } from './language-model.ts';
import { Recorder } from './recorder.ts';

/** Any brain with models, with every call kept in a recording. */
export class RecordingBrain implements Brain {
  readonly description: string;
  readonly delegated: boolean;
  private readonly recorder: Recorder;
  private readonly models = new Map<string, RecordingModel>();

  constructor(
    private readonly inner: Brain,
    path: string,
    private readonly onFailure: (error: unknown) => void,
    redactor: Redactor,
  ) {
    this.description = `${inner.description}, recorded to ${path}`;
    this.delegated = inner.delegated;
    this.recorder = new Recorder(path, redactor);
  }

  modelFor(role: ModelRole, name?: string): LanguageModel | null {
    const model = this.inner.modelFor(role, name);
    if (model === null) return null;
    const key = `${role} ${model.model}`;
    const known = this.models.get(key);
    if (known) return known;
    const made = new RecordingModel(model, role, this.recorder, this.onFailure);
    this.models.set(key, made);
    return made;
  }

  hasModel(name: string): boolean {
    return this.inner.hasModel(name);
  }

  health(signal: AbortSignal): Promise<BrainHealth> {
    return this.inner.health(signal);
  }
}
