const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

export type EndSignal = keyof typeof numbers;

/** Waits for the first SIGINT or SIGTERM; a second one ends the process at once. */
export function endSignal(): Promise<EndSignal> {
  return new Promise((resolve) => {
    let first = true;
    for (const signal of Object.keys(numbers) as EndSignal[]) {
      process.on(signal, () => {
        if (!first) process.exit(128 + numbers[signal]);
        first = false;
        resolve(signal);
      });
    }
  });
}

/** Aborted by Ctrl-C while the scope lasts; a second Ctrl-C then ends the process as usual. */
export function interruptible(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const abort = () => controller.abort(new InterruptedError());
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
    },
  };
}

/** The person left the command. */
export class InterruptedError extends Error {
  constructor() {
    super('interrupted');
    this.name = 'InterruptedError';
  }
}
