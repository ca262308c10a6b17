import { parentPort, workerData } from 'node:worker_threads';
import type { Json } from '../kernel/json.ts';

/** What the thread is asked for: one message at a time. */
export interface ThreadMessage {
  readonly messageId: string;
  readonly attempt: number;
  readonly payload: Json;
}

/** Values go as JSON: what a message cannot carry is left out or refused here, and not only in the log. */
export type ThreadAnswer =
  | { readonly kind: 'progress'; readonly json: string }
  | { readonly kind: 'result'; readonly json: string }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

type Handle = (
  payload: Json,
  context: { readonly messageId: string; readonly attempt: number; readonly progress: (progress: Json) => void },
) => Json | Promise<Json>;

const { url } = workerData as { readonly url: string };
const say = (answer: ThreadAnswer) => parentPort?.postMessage(answer);
const loading = import(url) as Promise<{ readonly default?: unknown }>;
// Told with the first message: until then nobody listens.
loading.catch(() => undefined);

parentPort?.on('message', ({ payload, ...message }: ThreadMessage) => void handle(payload, message));

async function handle(payload: Json, message: Omit<ThreadMessage, 'payload'>): Promise<void> {
  try {
    const { default: handler } = await loading;
    if (typeof handler !== 'function') throw new Error(`${url} has no default export that is a function.`);
    const progress = (value: Json) => say({ kind: 'progress', json: jsonOf(value) });
    say({ kind: 'result', json: jsonOf(await (handler as Handle)(payload, { ...message, progress })) });
  } catch (error) {
    const { code } = error instanceof Error ? (error as Error & { readonly code?: unknown }) : {};
    say({
      kind: 'error',
      code: typeof code === 'string' ? code : 'HANDLER_FAILED',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

/** `{"value": …}`: of a value that is no JSON at all, such as a function, nothing is left but the braces. */
function jsonOf(value: unknown): string {
  return JSON.stringify({ value });
}
