/** Says that there may be work. It carries nothing: losing a ring costs time until the next one, never work. */
export class Doorbell {
  private listeners = new Set<() => void>();

  ring(): void {
    const listeners = this.listeners;
    this.listeners = new Set();
    for (const listener of listeners) listener();
  }

  /** Resolves at the next ring. */
  heard(): Promise<void> {
    return new Promise((resolve) => this.listeners.add(resolve));
  }
}
