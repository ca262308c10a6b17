import type { StoredEvent } from '../events/index.ts';

/** What makes a job a dead letter, or no longer one. */
export const deadLetterEventTypes = ['JOB_FAILED', 'JOB_RETRIED', 'JOB_DROPPED'] as const;

/** Jobs that failed for good and that nobody has retried or dropped, folded from their events; only their ids are kept. */
export class DeadLetters {
  private readonly open = new Set<string>();

  get count(): number {
    return this.open.size;
  }

  /** Takes the next event of a job's stream, and passes over all others. Safe to repeat from an earlier one on. */
  apply({ eventType, taskId }: Pick<StoredEvent, 'eventType' | 'taskId'>): void {
    if (eventType === 'JOB_FAILED') this.open.add(taskId);
    else if (eventType === 'JOB_RETRIED' || eventType === 'JOB_DROPPED') this.open.delete(taskId);
  }
}
