import type { ServerResponse } from 'node:http';

const LOOKS = 4;

/**
 * Breaks an answer off when its client has taken nothing of what waits for it for `maxMs`: what else is to be said would
 * heap up, as the protocol library keeps it until it can be written.
 */
export function breakOffWhenStuck(response: ServerResponse, maxMs: number): void {
  let since: number | null = null;
  const look = setInterval(() => {
    if (!response.writableNeedDrain) since = null;
    else since ??= performance.now();
    if (since !== null && performance.now() - since >= maxMs) response.destroy();
  }, maxMs / LOOKS).unref();
  response.once('close', () => clearInterval(look));
}
