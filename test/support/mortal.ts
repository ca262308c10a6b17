import type { EventStore } from '../../src/events/index.ts';
import type { Database } from '../../src/storage/index.ts';

/**
 * The log and the database as one process sees them that can be killed: from then on nothing it asks for is done, and
 * nothing that was done for it reaches it. What was under way may still happen, as with a real one.
 */
export class Mortal {
  readonly events: EventStore;
  readonly database: Database;
  /** Requests that have no answer yet. */
  underWay = 0;
  private isDead = false;
  private readonly death = new AbortController();

  constructor(events: EventStore, database: Database) {
    this.events = this.wrap(events);
    this.database = this.wrap(database);
  }

  kill(): void {
    this.isDead = true;
    this.death.abort();
  }

  private wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const member: unknown = Reflect.get(object, name, object);
        if (typeof member !== 'function') return member;
        const method = member.bind(object) as (...parameters: unknown[]) => unknown;
        if (name === 'subscribe') return (options: object) => this.following(method, options);
        return (...parameters: unknown[]) => this.answer(() => method(...parameters));
      },
    });
  }

  private answer(ask: () => unknown): unknown {
    if (this.isDead) return new Promise(() => undefined);
    const answer = ask();
    if (!(answer instanceof Promise)) return answer;
    this.underWay++;
    return new Promise((resolve, reject) => {
      void answer
        .then(
          (value) => void (this.isDead || resolve(value)),
          (error: unknown) => void (this.isDead || reject(error as Error)),
        )
        .finally(() => this.underWay--);
    });
  }

  private async *following(subscribe: (options: object) => unknown, options: object): AsyncGenerator<unknown> {
    const { signal } = options as { readonly signal?: AbortSignal };
    const ending = signal ? AbortSignal.any([signal, this.death.signal]) : this.death.signal;
    if (!this.isDead) yield* subscribe({ ...options, signal: ending }) as AsyncIterable<unknown>;
    // The dead ask no more.
    if (this.isDead) await new Promise(() => undefined);
  }
}
