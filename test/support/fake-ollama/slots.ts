/** So many at the same time, the others in turn. */
export class Slots {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  private readonly size: number;
  private readonly maxWaiting: number;

  constructor(size: number, maxWaiting: number) {
    this.size = size;
    this.maxWaiting = maxWaiting;
  }

  get isFull(): boolean {
    return this.running >= this.size && this.waiting.length >= this.maxWaiting;
  }

  /** Waits for a slot and answers what gives it back; an abort leaves the line and rejects. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.running >= this.size) {
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          this.waiting.splice(this.waiting.indexOf(go), 1);
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', leave, { once: true });
        this.waiting.push(go);
      });
    } else {
      this.running++;
    }
    return () => this.giveBack();
  }

  private giveBack(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  }
}
