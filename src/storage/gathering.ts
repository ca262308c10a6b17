/** What became of one input of a group. */
export type Settled<Output> = { readonly result: Output } | { readonly error: unknown };

interface Gathered<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_AT_ONCE = 1000;

/** Work that gathers while the work before it is under way, and is then done together, in the order it came. */
export class Gathering<Input, Output> {
  private waiting: Gathered<Input, Output>[] = [];
  private running: Promise<void> | null = null;
  private readonly work: (group: readonly Input[]) => Promise<readonly Settled<Output>[]>;

  /** `work` answers one outcome for each input, in order; what it rejects with, it rejects the whole group with. */
  constructor(work: (group: readonly Input[]) => Promise<readonly Settled<Output>[]>) {
    this.work = work;
  }

  add(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves once nothing waits and nothing is under way. */
  async settled(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    // All that is asked for in one turn is one group.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, MOST_AT_ONCE);
      await this.perform(group);
    }
    this.running = null;
  }

  private async perform(group: readonly Gathered<Input, Output>[]): Promise<void> {
    try {
      const outcomes = await this.work(group.map(({ input }) => input));
      group.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome && 'result' in outcome) resolve(outcome.result);
        else reject(outcome?.error);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
