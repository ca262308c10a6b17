import type { EventType } from './event.ts';

const declared = new Set<string>();

/**
 * Says that these types are meant, the run-time side of adding payloads to EventPayloads: a projection that has no use
 * for one then passes over it in silence, and only types that nobody declared are reported as unknown. Safe to repeat.
 */
export function declareEventTypes(...types: readonly EventType[]): void {
  for (const type of types) declared.add(type);
}

export function isDeclaredEventType(type: string): boolean {
  return declared.has(type);
}
