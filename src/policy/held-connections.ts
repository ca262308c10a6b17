import { KeyEndedError } from './policy.errors.ts';
import type { Principal } from './principal.ts';

interface Held {
  readonly principal: Principal;
  readonly end: (reason: KeyEndedError) => void;
}

const LOOK_EVERY_MS = 1000;

/** Ends what goes on under a key, such as a socket or a stream, within about a second of the key's own end. Without any nothing runs. */
export class HeldConnections {
  private readonly held = new Set<Held>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;

  /** `isValid` says whether somebody still is who they were. */
  constructor(
    private readonly isValid: (principal: Principal) => Promise<boolean>,
    private readonly report: (error: unknown) => void,
  ) {}

  get size(): number {
    return this.held.size;
  }

  /** Answers what is to be called once it has ended by itself. Who can never become invalid is not held. */
  hold(principal: Principal, end: (reason: KeyEndedError) => void): () => void {
    if (principal.keyId === null && principal.expiresAt === null) return () => undefined;
    const entry = { principal, end };
    this.held.add(entry);
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    return () => {
      this.held.delete(entry);
      if (this.held.size === 0) this.stop();
    };
  }

  /** Looks at once: a key was revoked. Safe to repeat; never rejects. */
  look(): Promise<void> {
    this.looking ??= this.endInvalid()
      .catch(this.report)
      .finally(() => (this.looking = null));
    return this.looking;
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async endInvalid(): Promise<void> {
    const byKey = new Map<string, Promise<boolean>>();
    for (const entry of [...this.held]) {
      const { principal, end } = entry;
      const key = `${principal.keyId} ${principal.expiresAt}`;
      const valid = byKey.get(key) ?? this.isValid(principal);
      byKey.set(key, valid);
      if (await valid) continue;
      if (this.held.delete(entry)) end(new KeyEndedError());
    }
    if (this.held.size === 0) this.stop();
  }
}
