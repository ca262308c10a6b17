import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';
import type { Json } from '../kernel/json.ts';
import { HandlerCrashedError, MessageFailedError } from './broker.errors.ts';
import type { ThreadAnswer, ThreadMessage } from './handler.thread.ts';
import {
  type Answer,
  type Assignment,
  type HandlingContext,
  type StopMode,
  Worker,
  type WorkerOptions,
} from './worker.ts';

export interface ThreadWorkerOptions extends WorkerOptions {
  /** A module whose default export is the handler: `(payload, {messageId, attempt, progress}) => result`. */
  readonly modulePath: string;
  /** Above it the handler fails, and nothing else. Default: 512. */
  readonly maxHeapMb?: number;
}

const DEFAULT_MAX_HEAP_MB = 512;

/**
 * A worker of this process whose handler runs in a thread of its own, without the environment. A handler that never
 * yields or eats up memory holds up nobody: the thread is ended, and the next message gets a new one.
 */
export class ThreadWorker extends Worker {
  override readonly place = 'local';
  private thread: Thread | null = null;

  constructor(private readonly options: ThreadWorkerOptions) {
    super(options);
  }

  override async stop(how: StopMode): Promise<void> {
    await super.stop(how);
    await this.end();
  }

  protected override async handle(assignment: Assignment, context: HandlingContext): Promise<Answer> {
    const { messageId, attempt, payload } = assignment;
    const { signal } = context;
    const thread = (this.thread ??= this.begin());
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onMessage = (answer: ThreadAnswer) => {
      if (answer.kind === 'progress') context.progress(valueOf(answer.json));
      else if (answer.kind === 'result') resolve({ result: valueOf(answer.json), clock: null });
      else reject(new MessageFailedError(this.id, answer.code, answer.message));
    };
    const onError = (error: Error) => reject(new HandlerCrashedError(this.id, error.message));
    const onExit = () => reject(new HandlerCrashedError(this.id, 'its thread ended'));
    const onAbort = () => {
      reject(signal.reason as Error);
      void this.end();
    };
    thread.on('message', onMessage).once('error', onError).once('exit', onExit);
    signal.addEventListener('abort', onAbort, { once: true });
    context.begun();
    // One with a message keeps the process alive; an idle one does not.
    thread.ref();
    const message: ThreadMessage = { messageId, attempt, payload };
    thread.postMessage(message);
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      thread.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
    }
  }

  private begin(): Thread {
    const { modulePath, maxHeapMb = DEFAULT_MAX_HEAP_MB } = this.options;
    // Run from the sources or from the build: the thread's file has the same ending as this one.
    const thread = new Thread(new URL(`./handler.thread${extname(import.meta.url)}`, import.meta.url), {
      workerData: { url: pathToFileURL(modulePath).href },
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    // Between messages too a crash costs no more than the thread, and no further message goes to one that is on its way out.
    const forget = () => {
      if (this.thread === thread) this.thread = null;
    };
    thread.on('error', forget).once('exit', forget);
    return thread;
  }

  private async end(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    await thread?.terminate();
  }
}

function valueOf(json: string): Json {
  return (JSON.parse(json) as { readonly value?: Json }).value ?? null;
}
