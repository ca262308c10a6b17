import type { Brain, BrainHealth } from './brain.ts';

/** No model at all: every call becomes a work item that a client, a person or a worker answers. */
export class DelegatedBrain implements Brain {
  readonly description = 'delegated';
  readonly delegated = true;

  modelFor(): null {
    return null;
  }

  hasModel(): boolean {
    return false;
  }

  health(): Promise<BrainHealth> {
    return Promise.resolve({ reachable: true, detail: 'Model calls are work items, answered by whoever claims them' });
  }
}
