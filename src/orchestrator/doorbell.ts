/** Says that there may be work. It carries nothing: losing a ring costs time until the next one, never work. */
export class Doorbell {
  private listeners = new Set<() => void>();

  /** For all who share the work, in whichever process. */
  ring(): void {
    this.ringHere();
  }

  /** For this process alone. */
  ringHere(): void {
    const listeners = this.listeners;
    this.listeners = new Set();
    for (const listener of listeners) listener();
  }

  /** Resolves at the next ring. */
  heard(): Promise<void> {
    return new Promise((resolve) => this.listeners.add(resolve));
  }

  /** Lets go of what it needs to be heard elsewhere. Safe to repeat. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
