import { shouldPreempt } from './priority.ts';
import type { Ranked } from './work-moves.ts';

/** A task that holds a slot. */
export interface SlotHolder extends Ranked {
  /** It has been asked to yield and has not reached a step boundary yet. */
  readonly isYielding: boolean;
}

/**
 * Which holders give their slot to ready tasks, given in the order in which they are claimed: the worst first and of
 * equals the one that came last, and no more than there are ready tasks that may displace them. A holder that has
 * waited so long that it would get the slot back before the newcomer keeps it.
 */
export function displacedBy<Holder extends SlotHolder>(
  ready: readonly Ranked[],
  holders: readonly Holder[],
): readonly Holder[] {
  const staying = holders.filter((holder) => !holder.isYielding).sort((one, other) => one.priority - other.priority);
  const displaced: Holder[] = [];
  for (const newcomer of ready.slice(holders.length - staying.length)) {
    const worst = staying.findLastIndex(
      (holder) => shouldPreempt(newcomer.priority, holder.priority) && newcomer.rank <= holder.rank,
    );
    if (worst < 0) break;
    displaced.push(...staying.splice(worst, 1));
  }
  return displaced;
}
