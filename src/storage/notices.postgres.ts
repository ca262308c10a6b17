import type pg from 'pg';
import { ownClient } from './connection.postgres.ts';

const RETRY_MS = 1000;

/** Hears NOTIFY on a connection of its own, which is there while anybody listens; a lost one is made anew. */
export class Notices {
  private readonly url: string;
  private readonly listeners = new Map<string, Set<() => void>>();
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | undefined;
  private closing: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(url: string) {
    this.url = url;
  }

  listen(channel: string, heard: () => void): () => void {
    if (this.closed) return () => undefined;
    const others = this.listeners.get(channel);
    if (others) others.add(heard);
    else {
      this.listeners.set(channel, new Set([heard]));
      if (this.client) void this.listenOn(this.client, channel);
    }
    if (!this.client) this.connect();
    return () => this.leave(channel, heard);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    this.rest();
    await this.closing;
  }

  private leave(channel: string, heard: () => void): void {
    const group = this.listeners.get(channel);
    group?.delete(heard);
    if (group?.size === 0) this.listeners.delete(channel);
    if (this.listeners.size === 0) this.rest();
  }

  private connect(): void {
    clearTimeout(this.retry);
    const client = ownClient(this.url);
    this.client = client;
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ channel }) => this.tell(channel));
    client.connect().then(
      async () => {
        for (const channel of this.listeners.keys()) await this.listenOn(client, channel);
      },
      () => this.lost(client),
    );
  }

  private async listenOn(client: pg.Client, channel: string): Promise<void> {
    try {
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      // What was said until now was not heard.
      this.tell(channel);
    } catch {
      this.lost(client);
    }
  }

  private tell(channel: string): void {
    for (const heard of this.listeners.get(channel) ?? []) heard();
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return;
    this.rest();
    if (this.listeners.size > 0) this.retry = setTimeout(() => this.connect(), RETRY_MS).unref();
  }

  private rest(): void {
    clearTimeout(this.retry);
    const client = this.client;
    this.client = null;
    if (client) this.closing = client.end().catch(() => undefined);
  }
}
