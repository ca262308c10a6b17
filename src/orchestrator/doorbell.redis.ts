import { createClient } from '@redis/client';
import { sleep } from '../kernel/clock.ts';
import { Doorbell } from './doorbell.ts';

const CHANNEL = 'taskloom:work';
const LONGEST_RETRY_MS = 2000;
const LAST_WORDS_MS = 500;

export interface RedisDoorbellOptions {
  /** redis:// or rediss://, with user, password and database where there are. */
  readonly url: string;
  /** This process: what it says itself it does not hear twice. */
  readonly id: string;
  /** Redis went away (with its reason), or is back (null). Nobody has to wait for it: work is looked for at intervals, too. */
  readonly onChange: (lost: Error | null) => void;
}

/**
 * A bell that all instances hear, by Redis' publish and subscribe. It carries the id of who rang and nothing of the
 * work: what is ready, and who gets it, only the database says. Many rings at once are one message.
 */
export class RedisDoorbell extends Doorbell {
  private readonly publisher;
  private readonly subscriber;
  private due = false;
  private saying: Promise<void> | null = null;
  private isLost = false;
  private closed = false;

  /** Connects in the background, and again whenever the connection is lost. */
  constructor(private readonly options: RedisDoorbellOptions) {
    super();
    const socket = { reconnectStrategy: (tries: number) => Math.min(50 * 2 ** tries, LONGEST_RETRY_MS) };
    this.publisher = createClient({ url: options.url, socket, disableOfflineQueue: true });
    this.subscriber = createClient({ url: options.url, socket });
    for (const client of [this.publisher, this.subscriber]) {
      client.on('error', (error: Error) => this.changed(error));
      client.connect().catch((error: unknown) => this.changed(error as Error));
    }
    // It subscribes again by itself after a loss; what was said meanwhile was not heard.
    this.subscriber.on('ready', () => this.ringHere());
    this.publisher.on('ready', () => this.say());
    this.subscriber
      .subscribe(CHANNEL, (who) => this.heardFrom(who))
      .then(() => this.changed(null))
      .catch((error: unknown) => this.changed(error as Error));
    this.subscriber.on('ready', () => this.changed(null));
  }

  override ring(): void {
    super.ring();
    this.due = true;
    this.say();
  }

  /** What was rung is still said, if Redis takes it soon. */
  override async close(): Promise<void> {
    this.closed = true;
    const soon = new AbortController();
    await Promise.race([this.saying, sleep(LAST_WORDS_MS, soon.signal).catch(() => undefined)]);
    soon.abort();
    for (const client of [this.publisher, this.subscriber]) if (client.isOpen) client.destroy();
  }

  private say(): void {
    if (this.saying || !this.due || !this.publisher.isReady) return;
    this.due = false;
    const said = this.publisher.publish(CHANNEL, this.options.id);
    const next = () => {
      this.saying = null;
      this.say();
    };
    this.saying = said.then(next, next);
  }

  private heardFrom(who: string): void {
    if (who !== this.options.id) this.ringHere();
  }

  private changed(lost: Error | null): void {
    if (this.closed || (lost !== null) === this.isLost) return;
    this.isLost = lost !== null;
    this.options.onChange(lost);
  }
}
