import { shouldPreempt } from './priority.ts';

/** A task that holds a slot. */
export interface SlotHolder {
  readonly priority: number;
  /** It has been asked to yield and has not reached a step boundary yet. */
  readonly isYielding: boolean;
}

/**
 * Which holders give their slot to the ready tasks, given by priority in the order in which they would be claimed: the
 * worst first and of equals the one that came last, and no more than there are ready tasks that may displace them.
 */
export function displacedBy<Holder extends SlotHolder>(
  ready: readonly number[],
  holders: readonly Holder[],
): readonly Holder[] {
  const staying = holders.filter((holder) => !holder.isYielding).sort((one, other) => one.priority - other.priority);
  const displaced: Holder[] = [];
  for (const priority of ready.slice(holders.length - staying.length)) {
    const worst = staying.pop();
    if (!worst || !shouldPreempt(priority, worst.priority)) break;
    displaced.push(worst);
  }
  return displaced;
}
