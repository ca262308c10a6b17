import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Connection } from './connection.ts';
import { failureOf } from './failure.ts';
import { diagnosed, FileIdentity } from './file-identity.ts';
import { GroupCommit, type WriteCommand } from './group-commit.ts';
import { Housekeeping } from './housekeeping.ts';
import type { FromWriter, Outcome, ToWriter, WriterData, WriteRequest } from './messages.ts';
import { migrate, NewerSchema } from './migrate.ts';

/** Nobody has written for so long: time to tidy up. */
const QUIET_MS = 500;

/** The thread that owns the write connection: it commits whatever gathered while it was busy, and nothing else. */
class Writer {
  private readonly commands = new Map<number, WriteCommand>();
  private readonly groups: GroupCommit;
  private readonly file: FileIdentity;
  private readonly housekeeping: Housekeeping;
  private readonly port: MessagePort;
  private readonly path: string;
  private readonly connection: Connection;
  private closed = false;

  constructor(port: MessagePort, path: string, connection: Connection) {
    this.port = port;
    this.path = path;
    this.connection = connection;
    this.file = new FileIdentity(path);
    this.housekeeping = new Housekeeping(connection, path);
    this.groups = new GroupCommit(connection, this.commands);
  }

  /**
   * Sleeps until the bell rings, then works off all messages that have come, writes that stand next to each other as
   * one group. To sleep on a shared number instead of in the event loop halves the time until a write is picked up.
   */
  async run(bell: Int32Array): Promise<void> {
    let heard = 0;
    while (!this.closed) {
      const isQuiet = Atomics.wait(bell, 0, heard, this.rest()) === 'timed-out';
      if (isQuiet) this.tidy();
      heard = Atomics.load(bell, 0);
      let writes: WriteRequest[] = [];
      for (let message = this.poll(); message; message = this.poll()) {
        if (message.kind === 'writes') {
          writes = writes.length === 0 ? [...message.writes] : writes.concat(message.writes);
          continue;
        }
        this.commitAndAnswer(writes);
        writes = [];
        await this.obey(message);
      }
      this.commitAndAnswer(writes);
    }
  }

  /** How long to sleep: for ever, or until the files may be tidied. */
  private rest(): number {
    return this.housekeeping.isDue ? QUIET_MS : Infinity;
  }

  private tidy(): void {
    if (this.file.obstacle() === null) this.housekeeping.work();
  }

  private poll(): ToWriter | undefined {
    const received: { readonly message: ToWriter } | undefined = receiveMessageOnPort(this.port);
    return received?.message;
  }

  private commitAndAnswer(writes: readonly WriteRequest[]): void {
    if (writes.length > 0) this.answer(this.commit(writes));
  }

  private commit(writes: readonly WriteRequest[]): Outcome[] {
    const failure = this.file.obstacle();
    if (failure) return writes.map(({ id }) => ({ id, failure }));
    const outcomes = this.groups.commit(writes);
    this.file.committed();
    this.housekeeping.committed();
    return outcomes.map((outcome) => this.withCause(outcome));
  }

  private withCause(outcome: Outcome): Outcome {
    return 'failure' in outcome ? { ...outcome, failure: diagnosed(outcome.failure, this.path) } : outcome;
  }

  private async obey(message: Exclude<ToWriter, { kind: 'writes' }>): Promise<void> {
    switch (message.kind) {
      case 'load':
        return this.answer([await this.load(message)]);
      case 'migrate':
        return this.answer([this.withCause(this.migrate(message))]);
      case 'close':
        return this.close();
    }
  }

  private async load({ id, command, url }: Extract<ToWriter, { kind: 'load' }>): Promise<Outcome> {
    try {
      const module = (await import(url)) as { default: WriteCommand };
      this.commands.set(command, module.default);
      return { id, result: null };
    } catch (error) {
      return { id, failure: failureOf(error) };
    }
  }

  private migrate({ id, module, migrations }: Extract<ToWriter, { kind: 'migrate' }>): Outcome {
    try {
      migrate(this.connection, module, migrations);
      return { id, result: null };
    } catch (error) {
      return { id, failure: error instanceof NewerSchema ? error.failure : failureOf(error) };
    }
  }

  private close(): void {
    try {
      this.connection.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The log stays beside the file and is read at the next start: nothing is lost.
    }
    this.connection.close();
    this.closed = true;
  }

  private answer(outcomes: readonly Outcome[]): void {
    send(this.port, { kind: 'done', outcomes });
  }
}

function send(port: MessagePort, message: FromWriter): void {
  port.postMessage(message);
}

async function start(port: MessagePort, { path, bell }: WriterData): Promise<void> {
  let writer: Writer;
  try {
    writer = new Writer(port, path, new Connection(path, 'writer'));
  } catch (error) {
    send(port, { kind: 'refused', failure: diagnosed(failureOf(error), path) });
    return;
  }
  send(port, { kind: 'opened' });
  await writer.run(bell);
}

if (parentPort) await start(parentPort, workerData as WriterData);
