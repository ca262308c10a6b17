import type { PoolClient } from 'pg';
import { sleep } from '../kernel/clock.ts';
import type { PostgresDatabase } from '../storage/index.ts';

const RETRY_MS = 1000;

/** Rings when anybody has committed events: a doorbell that may be lost, as whoever waits also looks by itself. */
export class PostgresNews {
  private readonly closing = new AbortController();
  private readonly database: PostgresDatabase;
  private readonly channel: string;
  private readonly ring: () => void;
  private readonly ended: Promise<void>;

  constructor(database: PostgresDatabase, channel: string, ring: () => void) {
    this.database = database;
    this.channel = channel;
    this.ring = ring;
    this.ended = this.listen();
  }

  /** Resolves once its connection is given back. Safe to repeat. */
  close(): Promise<void> {
    this.closing.abort();
    return this.ended;
  }

  private async listen(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      let client: PoolClient | null = null;
      try {
        client = await this.database.connect();
        const lost = this.lost(client);
        client.on('notification', this.ring);
        await client.query(`LISTEN ${this.channel}`);
        await lost;
      } catch {
        // Until the server is back, those who wait look by themselves.
      } finally {
        client?.removeListener('notification', this.ring);
        client?.release(true);
      }
      await sleep(RETRY_MS, signal).catch(() => undefined);
    }
  }

  private lost(client: PoolClient): Promise<void> {
    return new Promise((resolve) => {
      client.once('error', () => resolve());
      client.once('end', () => resolve());
      this.closing.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
