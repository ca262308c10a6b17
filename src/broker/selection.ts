import type { Offer, Worker } from './worker.ts';

/** Which workers a message is for. */
export interface Selector {
  /** null: any type. */
  readonly type: string | null;
  /** All of them are needed. */
  readonly capabilities: readonly string[];
}

export function matches({ type, capabilities }: Selector, worker: Pick<Worker, 'type' | 'capabilities'>): boolean {
  return (type === null || worker.type === type) && capabilities.every((name) => worker.capabilities.has(name));
}

export function describe({ type, capabilities }: Selector): string {
  const parts = [
    ...(type === null ? [] : [`type ${JSON.stringify(type)}`]),
    ...(capabilities.length === 0 ? [] : [`capabilities ${capabilities.join(', ')}`]),
  ];
  return parts.join(' and ') || 'the message';
}

const MAX_SELECTORS = 1000;

/**
 * Takes turns among the workers that match a selector: always the one whose turn lies longest ago. So of any two workers
 * that were there all the time one is never more than one message ahead, whoever comes and goes meanwhile.
 */
export class Rotation {
  private turn = 0;
  private readonly turns = new Map<string, Map<string, number>>();

  /** Workers in the order of their turns. */
  order<T extends { readonly id: string }>(selector: Selector, workers: readonly T[]): readonly T[] {
    const turns = this.turns.get(keyOf(selector));
    const turnOf = ({ id }: T) => turns?.get(id) ?? 0;
    return workers.toSorted((one, other) => turnOf(one) - turnOf(other));
  }

  /** The worker has had its turn. */
  took(selector: Selector, workerId: string): void {
    const key = keyOf(selector);
    const turns = this.turns.get(key) ?? new Map<string, number>();
    // Put in anew, so that the selector that was used longest ago is the first, and the one to be forgotten.
    this.turns.delete(key);
    this.turns.set(key, turns.set(workerId, ++this.turn));
    const oldest = this.turns.keys().next().value;
    if (this.turns.size > MAX_SELECTORS && oldest !== undefined) this.turns.delete(oldest);
  }

  forget(workerId: string): void {
    for (const turns of this.turns.values()) turns.delete(workerId);
  }
}

function keyOf({ type, capabilities }: Selector): string {
  return JSON.stringify([type, [...new Set(capabilities)].sort()]);
}

/** The best first: by time, then cost, then load; equal ones as they came. */
export function rankOffers<T>(offers: readonly { readonly worker: T; readonly offer: Offer }[]): readonly T[] {
  return offers
    .toSorted(
      ({ offer: one }, { offer: other }) => one.etaMs - other.etaMs || one.cost - other.cost || one.load - other.load,
    )
    .map(({ worker }) => worker);
}
