import { TooManyConnectionsError, TooManyConnectionsOfAddressError } from './gateway.errors.ts';

export interface ConnectionBounds {
  readonly maxPerAddress: number;
  readonly maxConnections: number;
}

/** The place that one connection takes. */
export interface Place {
  /** It counts among all connections, but no longer for its address. Safe to repeat. */
  promote(): void;
  /** The connection is gone. Safe to repeat. */
  release(): void;
}

/**
 * Counts connections, in all and by address. What is counted is counted before anybody else is asked, so connections
 * that come at once never pass a limit; an address without connections leaves no trace.
 */
export class ConnectionLimits {
  private readonly ofAddress = new Map<string, number>();
  private count = 0;

  constructor(private readonly bounds: ConnectionBounds) {}

  get connections(): number {
    return this.count;
  }

  /** Addresses that have connections which count for them. */
  get addresses(): number {
    return this.ofAddress.size;
  }

  /** Takes a place. Throws TooManyConnectionsOfAddressError or TooManyConnectionsError, and then nothing is taken. */
  admit(address: string): Place {
    const { maxPerAddress, maxConnections } = this.bounds;
    const own = this.ofAddress.get(address) ?? 0;
    if (own >= maxPerAddress) throw new TooManyConnectionsOfAddressError(maxPerAddress);
    if (this.count >= maxConnections) throw new TooManyConnectionsError(maxConnections);
    this.ofAddress.set(address, own + 1);
    this.count++;
    return this.placeOf(address);
  }

  private placeOf(address: string): Place {
    let countsForAddress = true;
    let isTaken = true;
    const promote = () => {
      if (countsForAddress) this.leave(address);
      countsForAddress = false;
    };
    const release = () => {
      promote();
      if (isTaken) this.count--;
      isTaken = false;
    };
    return { promote, release };
  }

  private leave(address: string): void {
    const left = (this.ofAddress.get(address) ?? 0) - 1;
    if (left > 0) this.ofAddress.set(address, left);
    else this.ofAddress.delete(address);
  }
}
