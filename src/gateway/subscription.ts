import type { Frame } from './frame.ts';
import type { Topic, TopicListener } from './topic.ts';

/** Where the frames of a subscription go. */
export interface FrameSink {
  /** Whether another frame may be sent now; `pump` is called when there is room again. */
  hasRoom(): boolean;
  send(subscription: Subscription, from: number, frame: Frame): void;
  /** The events of a subscription cannot be had: its client must start over. */
  failed(error: unknown): void;
}

const MAX_UNACKNOWLEDGED = 4;

/**
 * One client's way through a subject: its own cursor, history first and then live. A position is only ever followed by
 * the next one, so nothing is skipped or repeated at the hand-over.
 */
export class Subscription implements TopicListener {
  private unacknowledged = 0;
  /** `to` of the frame that was sent last: `from` of the next. */
  private sentTo: number;
  /** False while events are to be read from the store. */
  private isLive = false;
  private isReading = false;
  private isStarted = false;
  private isClosed = false;

  constructor(
    readonly id: string,
    readonly topic: Topic,
    /** Everything up to here is sent or filtered out. */
    private position: number,
    private readonly sink: FrameSink,
  ) {
    this.sentTo = position;
    topic.listeners.add(this);
  }

  /** Begins to send: not before the client knows of its subscription, and the topic gets every later event. */
  start(): void {
    this.isStarted = true;
    this.pump();
  }

  /** Sends all that may be sent now. */
  pump(): void {
    try {
      while (this.maySend()) {
        const frame = this.isLive ? this.topic.frameAfter(this.position) : 'behind';
        if (frame === null) return;
        if (frame === 'behind') return void this.readHistory();
        this.deliver(frame);
      }
    } catch (error) {
      this.sink.failed(error);
    }
  }

  /** A frame has arrived at its client. */
  acknowledged(): void {
    this.unacknowledged--;
    this.pump();
  }

  close(): void {
    this.isClosed = true;
    this.topic.listeners.delete(this);
  }

  private maySend(): boolean {
    if (!this.isStarted || this.isClosed || this.isReading) return false;
    return this.unacknowledged < MAX_UNACKNOWLEDGED && this.sink.hasRoom();
  }

  private async readHistory(): Promise<void> {
    this.isReading = true;
    try {
      const frame = await this.topic.history.frameAfter(this.position);
      this.isReading = false;
      // The topic was joined before the store was read: whatever came since is in the topic.
      this.isLive = frame === null;
      // The room may be gone meanwhile: then the same frame is asked for again.
      if (frame && this.maySend()) this.deliver(frame);
    } catch (error) {
      this.isReading = false;
      this.sink.failed(error);
    }
    this.pump();
  }

  private deliver(frame: Frame): void {
    this.position = frame.to;
    if (frame.count === 0) return;
    const from = this.sentTo;
    this.sentTo = frame.to;
    this.unacknowledged++;
    this.sink.send(this, from, frame);
  }
}
