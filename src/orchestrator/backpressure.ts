export type QueueAlertCode = 'QUEUE_FILLING' | 'QUEUE_FULL' | 'QUEUE_RELIEVED';

/** Told once when the queue comes under pressure, once when it is full, and once when it is well below again. */
export interface QueueAlert {
  readonly code: QueueAlertCode;
  readonly level: 'info' | 'warning' | 'error';
  /** For people. */
  readonly message: string;
  readonly queued: number;
  readonly capacity: number;
}

const FILLING = 0.8;
/** Below it pressure is over: so far under the other that a queue that swings around that one is told of once. */
const RELIEVED = 0.7;
const SAME_ALERT_PAUSE_MS = 10_000;

const levels = { QUEUE_FILLING: 'warning', QUEUE_FULL: 'error', QUEUE_RELIEVED: 'info' } as const;

/** Turns looks at one queue into alerts. What may not be told yet is told by a later look, if it still holds then. */
export class Backpressure {
  private state: QueueAlertCode = 'QUEUE_RELIEVED';
  private readonly toldAt = new Map<QueueAlertCode, number>();

  /** What is to be told now, or null. `now` in milliseconds, of any clock that does not go back. */
  look(queued: number, capacity: number, now: number): QueueAlert | null {
    const next = this.next(queued / capacity);
    const told = this.toldAt.get(next) ?? -Infinity;
    if (next === this.state || now - told < SAME_ALERT_PAUSE_MS) return null;
    this.state = next;
    this.toldAt.set(next, now);
    return { code: next, level: levels[next], message: messageOf(next, queued, capacity), queued, capacity };
  }

  private next(share: number): QueueAlertCode {
    if (share >= 1) return 'QUEUE_FULL';
    if (share < RELIEVED) return 'QUEUE_RELIEVED';
    return share >= FILLING && this.state === 'QUEUE_RELIEVED' ? 'QUEUE_FILLING' : this.state;
  }
}

function messageOf(code: QueueAlertCode, queued: number, capacity: number): string {
  const stand = `${queued} of ${capacity} places of the queue are taken`;
  switch (code) {
    case 'QUEUE_FILLING':
      return `${stand}: tasks come faster than they end.`;
    case 'QUEUE_FULL':
      return `${stand}: new tasks wait for room, or are refused.`;
    case 'QUEUE_RELIEVED':
      return `${stand}: there is room again.`;
  }
}
