import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Connection } from './connection.ts';
import { failureOf } from './failure.ts';
import { diagnosed, FileIdentity } from './file-identity.ts';
import { GroupCommit, type WriteCommand } from './group-commit.ts';
import type { FromWriter, Outcome, ToWriter, WriterData, WriteRequest } from './messages.ts';
import { migrate, NewerSchema } from './migrate.ts';

/** The thread that owns the write connection: it commits whatever gathered while it was busy, and nothing else. */
class Writer {
  private readonly commands = new Map<number, WriteCommand>();
  private readonly groups: GroupCommit;
  private readonly file: FileIdentity;
  private readonly port: MessagePort;
  private readonly path: string;
  private readonly connection: Connection;

  constructor(port: MessagePort, path: string, connection: Connection) {
    this.port = port;
    this.path = path;
    this.connection = connection;
    this.file = new FileIdentity(path);
    this.groups = new GroupCommit(connection, this.commands);
  }

  /** Works off a message and all that have come behind it, writes that stand next to each other as one group. */
  receive(first: ToWriter): void {
    let writes: WriteRequest[] = [];
    const flush = () => {
      if (writes.length > 0) this.answer(this.commit(writes));
      writes = [];
    };
    for (let next: ToWriter | undefined = first; next; next = this.poll()) {
      if (next.kind === 'writes') writes = writes.length === 0 ? [...next.writes] : writes.concat(next.writes);
      else {
        flush();
        this.obey(next);
      }
    }
    flush();
  }

  private poll(): ToWriter | undefined {
    const received: { readonly message: ToWriter } | undefined = receiveMessageOnPort(this.port);
    return received?.message;
  }

  private commit(writes: readonly WriteRequest[]): Outcome[] {
    const changed = this.file.changed();
    if (changed === null) {
      const outcomes = this.groups.commit(writes);
      this.file.committed();
      return outcomes.map((outcome) => this.withCause(outcome));
    }
    const message = `${changed} is not the file that was opened`;
    return writes.map(({ id }) => ({ id, failure: { kind: 'unavailable', problem: 'fileDeleted', message } }));
  }

  private withCause(outcome: Outcome): Outcome {
    return 'failure' in outcome ? { ...outcome, failure: diagnosed(outcome.failure, this.path) } : outcome;
  }

  private obey(message: Exclude<ToWriter, { kind: 'writes' }>): void {
    switch (message.kind) {
      case 'load':
        void this.load(message.command, message.url).then(
          () => this.answer([{ id: message.id, result: null }]),
          (error: unknown) => this.answer([{ id: message.id, failure: failureOf(error) }]),
        );
        return;
      case 'migrate':
        this.answer([this.withCause(this.migrate(message))]);
        return;
      case 'close':
        this.close();
    }
  }

  private async load(command: number, url: string): Promise<void> {
    const module = (await import(url)) as { default: WriteCommand };
    this.commands.set(command, module.default);
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
    send(this.port, { kind: 'closed' });
    this.port.close();
  }

  private answer(outcomes: readonly Outcome[]): void {
    send(this.port, { kind: 'done', outcomes });
  }
}

function send(port: MessagePort, message: FromWriter): void {
  port.postMessage(message);
}

if (parentPort) {
  const { path } = workerData as WriterData;
  try {
    const writer = new Writer(parentPort, path, new Connection(path, 'writer'));
    parentPort.on('message', (message: ToWriter) => writer.receive(message));
    send(parentPort, { kind: 'opened' });
  } catch (error) {
    send(parentPort, { kind: 'refused', failure: diagnosed(failureOf(error), path) });
  }
}
