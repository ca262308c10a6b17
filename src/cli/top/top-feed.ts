import type { Message, TaskloomClient } from '../../client/index.ts';
import { messageOf } from '../../kernel/errors.ts';
import { liveLines } from '../live-lines.ts';
import { liveMessage } from '../live-message.ts';
import { type EventLine, initialTop, reduceTop, type TopAction, type TopState } from './top-state.ts';

const REFRESH_MS = 2000;
/** After an event the tasks are asked for at once, and then at most this often. */
const MIN_REFRESH_MS = 500;
const SHOWN_TASKS = 100;

/** Keeps the state of the screen: by the live events, and by asking again from time to time. */
export class TopFeed {
  private state: TopState;
  private readonly listeners = new Set<() => void>();
  private readonly ending = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private refreshing = false;
  private isStale = false;

  constructor(
    private readonly client: TaskloomClient,
    url: string,
  ) {
    this.state = initialTop(url);
  }

  // Handed to React as functions of their own.
  readonly get = (): TopState => this.state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  apply(action: TopAction): void {
    const before = this.state;
    this.state = reduceTop(before, action);
    if (this.state === before) return;
    if (this.state.selectedId !== before.selectedId) this.refreshSoon();
    for (const listener of this.listeners) listener();
  }

  /** Resolves when it is stopped. */
  async run(): Promise<void> {
    await this.refresh();
    const { signal } = this.ending;
    try {
      for await (const message of this.client.watch({ all: true }, { signal })) {
        this.apply({ kind: 'happened', lines: linesOf(message) });
        this.refreshSoon();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(this.timer);
    }
  }

  stop(): void {
    this.ending.abort();
    clearTimeout(this.timer);
  }

  async cancelTask(): Promise<void> {
    await this.command(async (taskId) => {
      const { status } = await this.client.cancelTask(taskId, { reason: 'cancelled in taskloom top' });
      return `${taskId} is ${status}`;
    });
  }

  async intervene(guidance: string): Promise<void> {
    await this.command(async (taskId) => {
      await this.client.intervene(taskId, { guidance });
      return `${taskId} has your guidance`;
    });
  }

  private async command(send: (taskId: string) => Promise<string>): Promise<void> {
    const { selectedId } = this.state;
    this.apply({ kind: 'leaveQuestion' });
    if (selectedId === null) return;
    const notice = await send(selectedId).catch(messageOf);
    this.apply({ kind: 'notice', notice });
    this.refreshSoon();
  }

  private refreshSoon(): void {
    if (this.refreshing || this.isStale) return void (this.isStale = true);
    this.isStale = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), MIN_REFRESH_MS);
  }

  private async refresh(): Promise<void> {
    this.refreshing = true;
    this.isStale = false;
    try {
      const { selectedId } = this.state;
      const [{ tasks }, workers, health, why] = await Promise.all([
        this.client.listTasks({ limit: SHOWN_TASKS }),
        this.client.workers(),
        this.client.health().catch(() => null),
        selectedId === null ? null : this.client.why(selectedId).catch(() => null),
      ]);
      this.apply({ kind: 'tasks', tasks });
      this.apply({ kind: 'workers', workers });
      this.apply({ kind: 'health', health });
      if (this.state.selectedId === selectedId) this.apply({ kind: 'why', why });
    } catch (error) {
      this.apply({ kind: 'notice', notice: messageOf(error) });
    } finally {
      this.refreshing = false;
      clearTimeout(this.timer);
      if (!this.ending.signal.aborted) {
        this.timer = setTimeout(() => void this.refresh(), this.isStale ? MIN_REFRESH_MS : REFRESH_MS);
      }
    }
  }
}

function linesOf(message: Message): readonly EventLine[] {
  const { taskId, timestamp, sequence } = message;
  return liveLines(liveMessage(message)).map((line, index) => ({
    ...line,
    key: `${sequence}.${index}`,
    taskId,
    timestamp,
  }));
}
