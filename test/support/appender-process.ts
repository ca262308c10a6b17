import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const appender = fileURLToPath(new URL('../crash/appender.mjs', import.meta.url));

export interface AppendOrders {
  readonly path: string;
  readonly name: string;
  readonly callers: number;
  readonly events?: number;
  readonly shared?: boolean;
}

export interface Acknowledged {
  readonly taskId: string;
  readonly streamSequence: number;
  readonly eventId: string;
  /** So many frames of the write-ahead log were on disk when it was acknowledged … */
  readonly frames: number;
  /** … in the life of that log which has this salt, hexadecimal. */
  readonly salt: string;
}

/** A process that appends to a log until it is killed or has written enough. Loads everything before it gets its orders. */
export class AppenderProcess {
  readonly child: ChildProcess;
  private output = '';
  private readonly closed: Promise<unknown>;

  constructor() {
    this.child = spawn(process.execPath, [appender], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    // Killed before it could read its orders.
    this.child.stdin?.on('error', () => undefined);
    this.closed = once(this.child, 'close');
  }

  async start(orders: AppendOrders): Promise<this> {
    await this.lines(1);
    this.child.stdin?.write(`${JSON.stringify(orders)}\n`);
    return this;
  }

  /** Resolves once so many events are acknowledged, or the process is gone. */
  until(count: number): Promise<void> {
    return this.lines(count + 1);
  }

  /** What is acknowledged so far; a line that a kill has cut was not. */
  acknowledged(): readonly Acknowledged[] {
    return this.output
      .split('\n')
      .slice(1, -1)
      .map((line) => {
        const [taskId = '', streamSequence, eventId = '', frames, salt = ''] = line.split(' ');
        return { taskId, streamSequence: Number(streamSequence), eventId, frames: Number(frames), salt };
      });
  }

  /** Resolves with all that was acknowledged once the process is gone. */
  async ended(): Promise<readonly Acknowledged[]> {
    await this.closed;
    return this.acknowledged();
  }

  /**
   * Resolves once every thread of it sleeps. The signal alone does not do it: one thread takes it when its turn on the
   * processor comes, and the others write on until then.
   */
  async stop(): Promise<void> {
    this.child.kill('SIGSTOP');
    const tasks = `/proc/${this.child.pid}/task`;
    // Elsewhere than on Linux nobody tells.
    if (!existsSync(tasks)) return;
    const isStopped = (id: string) =>
      / [TtXZ] /.test(readFileSync(`${tasks}/${id}/stat`, 'utf8').replace(/^.*\)/s, ''));
    while (!readdirSync(tasks).every(isStopped)) await setImmediate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  kill(): Promise<readonly Acknowledged[]> {
    this.child.kill('SIGKILL');
    return this.ended();
  }

  private async lines(count: number): Promise<void> {
    const isThere = () => this.output.split('\n').length > count;
    while (!isThere() && this.child.exitCode === null && this.child.signalCode === null) {
      const news = this.child.stdout ? once(this.child.stdout, 'data') : this.closed;
      await Promise.race([news, this.closed]);
    }
  }
}
