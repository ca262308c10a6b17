import { Backpressure, type QueueAlert } from './backpressure.ts';
import { queuedByPriority } from './stats.ts';
import type { WorkTable } from './work-table.ts';

export interface QueueWatchOptions {
  readonly maxQueue: number;
  readonly report: (message: string, error: unknown) => void;
}

/** Watches how full one orchestrator's queue is, and tells whoever listens. */
export class QueueWatch {
  private readonly backpressure = new Backpressure();
  private readonly listeners = new Set<(alert: QueueAlert) => void>();

  constructor(
    private readonly work: WorkTable,
    private readonly options: QueueWatchOptions,
  ) {}

  /** Calls the listener for each alert; answers what ends that. */
  onAlert(listener: (alert: QueueAlert) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Looks at the queue. Called at intervals; never rejects. */
  async look(): Promise<void> {
    try {
      const { total } = queuedByPriority(await this.work.counts());
      const alert = this.backpressure.look(total, this.options.maxQueue, performance.now());
      if (alert) this.tell(alert);
    } catch (error) {
      this.options.report('the queue could not be looked at', error);
    }
  }

  private tell(alert: QueueAlert): void {
    for (const listener of this.listeners) {
      try {
        listener(alert);
      } catch (error) {
        this.options.report(`the alert ${alert.code} of the queue was not passed on`, error);
      }
    }
  }
}
