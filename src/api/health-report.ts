import { messageOf } from '../kernel/errors.ts';

export interface PartHealth {
  readonly status: 'up' | 'down';
  readonly detail: string;
}

/** Answers how a part is, or throws what is wrong with it. The signal ends with the time it is given. */
export type PartCheck = (signal: AbortSignal) => Promise<string>;

/**
 * Asks a part, and takes it for down when it throws or says nothing within the time. While an answer is outstanding
 * everybody waits for that one: a part that hangs is not asked again and again.
 */
export class Probe {
  private asked: Promise<PartHealth> | null = null;

  constructor(
    private readonly check: PartCheck,
    private readonly limitMs: number,
  ) {}

  async health(): Promise<PartHealth> {
    this.asked ??= this.ask().finally(() => (this.asked = null));
    const late = Promise.withResolvers<PartHealth>();
    const timer = setTimeout(
      () => late.resolve({ status: 'down', detail: `did not answer within ${this.limitMs} ms` }),
      this.limitMs,
    );
    try {
      return await Promise.race([this.asked, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async ask(): Promise<PartHealth> {
    try {
      return { status: 'up', detail: await this.check(AbortSignal.timeout(this.limitMs)) };
    } catch (error) {
      return { status: 'down', detail: messageOf(error) };
    }
  }
}
