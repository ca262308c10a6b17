/** Counters by process id: what each process had done when something happened. A missing counter is 0. */
export type VectorClock = Readonly<Record<string, number>>;
