import { sleep } from '../kernel/clock.ts';

export const RESTART_DELAY_MS = 100;

export interface Supervision {
  readonly signal: AbortSignal;
  readonly report: (message: string, error: unknown) => void;
}

/** Runs a loop until the signal; one that crashes is reported and started again. Never rejects. */
export async function supervise(name: string, loop: () => Promise<void>, supervision: Supervision): Promise<void> {
  const { signal, report } = supervision;
  while (!signal.aborted) {
    try {
      await loop();
    } catch (error) {
      if (signal.aborted) return;
      report(`${name} crashed and is started again`, error);
      await sleep(RESTART_DELAY_MS, signal).catch(() => undefined);
    }
  }
}
