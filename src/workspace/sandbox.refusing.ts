import { Sandbox, type SandboxResult } from './sandbox.ts';
import { SandboxUnavailableError } from './workspace.errors.ts';

/** Stands where no isolation works: it runs nothing, and says why and what helps. */
export class RefusingSandbox extends Sandbox {
  readonly isolation = 'none';

  constructor(
    private readonly reason: string,
    private readonly cure: string,
  ) {
    super();
  }

  run(): Promise<SandboxResult> {
    return Promise.reject(new SandboxUnavailableError(this.reason, this.cure));
  }

  describe() {
    return { isolation: this.isolation, detail: `no code is run: ${this.reason}. ${this.cure}` } as const;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
