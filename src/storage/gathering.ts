/** What became of one input of a group. */
export type Settled<Output> = { readonly result: Output } | { readonly error: unknown };

interface Gathered<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_AT_ONCE = 1000;
/** Fewer than this are not worth a group of their own while another one is under way: a commit costs much by itself. */
const WORTH_A_GROUP = 32;

/**
 * Work that gathers while the work before it is under way, and is then done together, in the order it came. Where much is
 * asked for, it is done in two halves by turns: while one of them is under way, whoever had the other is answered and asks
 * again.
 */
export class Gathering<Input, Output> {
  private waiting: Gathered<Input, Output>[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private inputsUnderWay = 0;
  private isDue = false;
  private readonly work: (group: readonly Input[]) => Promise<readonly Settled<Output>[]>;

  /** `work` answers one outcome for each input, in order; what it rejects with, it rejects the whole group with. */
  constructor(work: (group: readonly Input[]) => Promise<readonly Settled<Output>[]>) {
    this.work = work;
  }

  add(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      if (this.isDue) return;
      // All that is asked for in one turn is one group.
      this.isDue = true;
      process.nextTick(() => this.start());
    });
  }

  /** Resolves once nothing waits and nothing is under way. */
  async settled(): Promise<void> {
    this.start();
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private start(): void {
    this.isDue = false;
    for (let size = this.nextSize(); size > 0; size = this.nextSize()) {
      const group = this.waiting.splice(0, size);
      this.inputsUnderWay += size;
      const done = this.perform(group).then(() => {
        this.underWay.delete(done);
        this.inputsUnderWay -= size;
        this.start();
      });
      this.underWay.add(done);
    }
  }

  /** How many of those that wait are to be done now; 0: more are to gather first. */
  private nextSize(): number {
    const waiting = Math.min(this.waiting.length, MOST_AT_ONCE);
    if (this.underWay.size === 0) return waiting < 2 * WORTH_A_GROUP ? waiting : Math.ceil(waiting / 2);
    const isWorthwhile = waiting >= Math.max(WORTH_A_GROUP, this.inputsUnderWay);
    return this.underWay.size === 1 && isWorthwhile ? waiting : 0;
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
