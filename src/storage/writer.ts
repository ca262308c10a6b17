import { getCompileCacheDir } from 'node:module';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../kernel/errors.ts';
import type { FromWriter, Outcome, ToWriter, WriterData, WriteRequest } from './messages.ts';
import type { MigrationStep } from './migration.ts';
import type { GuardedStatement, Row } from './statement.ts';
import { StoreClosedError, toError } from './storage.errors.ts';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A write as it is asked for; the number is given when it is sent. */
type Write =
  { readonly statements: readonly GuardedStatement[] } | { readonly command: number; readonly input: unknown };

/** The writer starts on a message of so many writes while the caller still prepares the rest: both threads stay busy. */
const FULL_MESSAGE = 32;
/** Callers go on as soon as they are answered: so many in a turn of the event loop, that nothing else waits for all of them. */
const ANSWERS_A_TURN = 8;

/** The caller's end of the writer thread: gathers what is asked for in one turn into one message. */
export class Writer {
  private readonly pending = new Map<number, Pending>();
  private readonly commands = new Map<string, Promise<number>>();
  private gathered: WriteRequest[] = [];
  private answers: Outcome[] = [];
  private nextId = 1;
  private closing: Promise<void> | null = null;
  private ended: string | null = null;
  private readonly exited: Promise<void>;

  private readonly worker: Worker;
  private readonly path: string;
  private readonly bell: Int32Array<SharedArrayBuffer>;

  private constructor(worker: Worker, path: string, bell: Int32Array<SharedArrayBuffer>) {
    this.worker = worker;
    this.path = path;
    this.bell = bell;
    this.exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.end(this.ended ?? 'its writer thread has ended');
        resolve();
      });
    });
    worker.on('error', (error) => this.end(`its writer thread crashed: ${messageOf(error)}`));
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'done') this.take(message.outcomes);
    });
  }

  /** Starts the thread and resolves once it holds the file. Rejects with StoreUnavailableError. */
  static async open(path: string): Promise<Writer> {
    const bell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData: WriterData = { path, bell };
    // Run from the sources or from the build: the thread's file has the same ending as this one.
    const url = new URL(`./writer.thread${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(url, { workerData, env: compileCache(), execArgv: [] });
    const writer = new Writer(worker, path, bell);
    const answer = await new Promise<FromWriter>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', resolve);
    });
    if (answer.kind === 'refused') {
      await worker.terminate();
      throw toError(answer.failure, path);
    }
    // An idle store keeps no process alive; one with a write under way does.
    worker.unref();
    return writer;
  }

  /** Resolves with the rows of each statement's RETURNING once all of them are on disk. */
  write(statements: readonly GuardedStatement[]): Promise<Row[][]> {
    return this.request({ statements }) as Promise<Row[][]>;
  }

  execute(command: number, input: unknown): Promise<unknown> {
    return this.request({ command, input });
  }

  /** Loads a command's file into the thread, once; answers its number. */
  load(url: string): Promise<number> {
    const known = this.commands.get(url);
    if (known) return known;
    const command = this.commands.size + 1;
    const loaded = this.ask((id) => ({ kind: 'load', id, command, url })).then(() => command);
    this.commands.set(url, loaded);
    return loaded;
  }

  async migrate(module: string, migrations: readonly MigrationStep[]): Promise<void> {
    await this.ask((id) => ({ kind: 'migrate', id, module, migrations }));
  }

  /** Lets everything that was asked for be committed, then ends the thread. Safe to repeat. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    if (this.ended === null) {
      this.flush();
      this.ended = 'it was closed';
      this.worker.ref();
      this.post({ kind: 'close' });
    }
    await this.exited;
  }

  private request(write: Write): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended !== null) return reject(new StoreClosedError(this.path, this.ended));
      if (this.gathered.length === 0) queueMicrotask(() => this.flush());
      this.gathered.push({ id: this.expect({ resolve, reject }), ...write });
      if (this.gathered.length >= FULL_MESSAGE) this.flush();
    });
  }

  private ask(message: (id: number) => ToWriter): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended !== null) return reject(new StoreClosedError(this.path, this.ended));
      this.flush();
      this.post(message(this.expect({ resolve, reject })));
    });
  }

  private expect(pending: Pending): number {
    const id = this.nextId++;
    if (this.pending.size === 0) this.worker.ref();
    this.pending.set(id, pending);
    return id;
  }

  private flush(): void {
    if (this.gathered.length === 0) return;
    const writes = this.gathered;
    this.gathered = [];
    this.post({ kind: 'writes', writes });
  }

  private post(message: ToWriter): void {
    this.worker.postMessage(message);
    Atomics.add(this.bell, 0, 1);
    Atomics.notify(this.bell, 0);
  }

  private take(outcomes: readonly Outcome[]): void {
    const isAnswering = this.answers.length > 0;
    this.answers.push(...outcomes);
    if (!isAnswering) this.answerSome();
  }

  private answerSome(): void {
    for (const outcome of this.answers.splice(0, ANSWERS_A_TURN)) this.settle(outcome);
    if (this.answers.length > 0) setImmediate(() => this.answerSome());
  }

  private settle(outcome: Outcome): void {
    const pending = this.pending.get(outcome.id);
    this.pending.delete(outcome.id);
    if (this.pending.size === 0 && this.ended === null) this.worker.unref();
    if ('failure' in outcome) pending?.reject(toError(outcome.failure, this.path));
    else pending?.resolve(outcome.result);
  }

  private end(reason: string): void {
    this.ended = reason;
    // What is on disk is so, whatever has become of the thread since.
    for (const outcome of this.answers.splice(0)) this.settle(outcome);
    for (const { reject } of this.pending.values()) reject(new StoreClosedError(this.path, reason));
    this.pending.clear();
    this.gathered = [];
  }
}

/** A thread does not inherit the cache of compiled code: without it, each start compiles the same files again. */
function compileCache(): NodeJS.ProcessEnv {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
}
