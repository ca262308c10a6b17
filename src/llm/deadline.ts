import { ModelTimeoutError } from './llm.errors.ts';

/**
 * Runs a call under the caller's signal and a time limit over all of it. At the limit its signal fires, and the call
 * rejects with ModelTimeoutError; an abort by the caller rejects with the caller's reason.
 */
export async function withDeadline<T>(
  model: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new ModelTimeoutError(model, timeoutMs)), timeoutMs);
  try {
    return await call(signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
