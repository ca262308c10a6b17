import type { EventType } from './event.ts';

/** Lifts the data of an event from one version of its shape to the next. Pure; may rely on what that version held. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

const declared = new Map<string, readonly Upcaster[]>();

/**
 * Says that these types are meant, the run-time side of adding payloads to EventPayloads: a projection that has no use
 * for one then passes over it in silence, and only types that nobody declared are reported as unknown. Safe to repeat.
 */
export function declareEventTypes(...types: readonly EventType[]): void {
  for (const type of types) if (!declared.has(type)) declared.set(type, []);
}

/**
 * Says how the data of a type is lifted when its shape has changed: from version 1 to 2, from 2 to 3 … What is stored
 * stays as it is; whoever reads gets the newest shape. New events are written with the last version. Safe to repeat.
 */
export function declareUpcasters(type: EventType, upcasters: readonly Upcaster[]): void {
  declared.set(type, upcasters);
}

export function isDeclaredEventType(type: string): boolean {
  return declared.has(type);
}

/** The version of the shape that this program writes; 1 for a type whose shape never changed. */
export function typeVersionOf(type: string): number {
  return (declared.get(type)?.length ?? 0) + 1;
}

/** The steps that lead from a stored version to today's. */
export function upcastersFrom(type: string, version: number): readonly Upcaster[] {
  return declared.get(type)?.slice(version - 1) ?? [];
}

/** Which shapes have changed how often: what was folded with others must be folded anew. '' while none has. */
export function shapesInUse(): string {
  const changed = [...declared].filter(([, upcasters]) => upcasters.length > 0);
  return changed
    .map(([type, upcasters]) => `${type}@${upcasters.length + 1}`)
    .sort()
    .join(',');
}
