import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore, StoredEvent } from '../events/index.ts';
import { type Frame, frameOf, MAX_FRAME_CHARS, MAX_FRAME_MESSAGES } from './frame.ts';
import { messageOf, type WrittenMessage } from './message.ts';
import { positionOf, type Subject, wants } from './subject.ts';

/** Events looked at for one frame when a filter leaves most of them out. */
const MAX_LOOKED_AT = 500;
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/**
 * The frames of what is stored. History does not change, so a frame read for one client serves all that come back to
 * the same place, as after a restart; the newest few are kept.
 */
export class History {
  private readonly reading = new Map<number, Promise<Frame | null>>();
  private readonly kept = new Map<number, Frame>();
  private keptBytes = 0;

  constructor(
    private readonly events: EventStore,
    private readonly subject: Subject,
  ) {}

  /** The frame that begins after a position; null at the end of what is stored. It may be empty behind a filter. */
  async frameAfter(position: number): Promise<Frame | null> {
    const kept = this.kept.get(position);
    if (kept) return kept;
    const underWay = this.reading.get(position);
    if (underWay) return underWay;
    const reading = this.read(position);
    this.reading.set(position, reading);
    try {
      const frame = await reading;
      // The end moves on: it is asked for anew each time.
      if (frame) this.keep(position, frame);
      return frame;
    } finally {
      this.reading.delete(position);
    }
  }

  private keep(position: number, frame: Frame): void {
    this.kept.set(position, frame);
    this.keptBytes += frame.tail.length;
    for (const [oldest, { tail }] of this.kept) {
      if (this.keptBytes <= MAX_KEPT_BYTES) return;
      this.kept.delete(oldest);
      this.keptBytes -= tail.length;
    }
  }

  private async read(position: number): Promise<Frame | null> {
    // Pages that a filter empties send nothing and wait for nobody: the event loop gets its turn here.
    await nextTurn();
    const messages: WrittenMessage[] = [];
    let to = position;
    let characters = 0;
    for await (const event of this.stored(position)) {
      to = positionOf(this.subject, event);
      if (!wants(this.subject, event)) continue;
      const json = JSON.stringify(messageOf(event));
      messages.push({ position: to, json });
      characters += json.length;
      if (messages.length === MAX_FRAME_MESSAGES || characters >= MAX_FRAME_CHARS) break;
    }
    return to === position ? null : frameOf(messages, to);
  }

  private async *stored(after: number): AsyncIterable<StoredEvent> {
    const { taskId, types } = this.subject;
    const limit = types ? MAX_LOOKED_AT : MAX_FRAME_MESSAGES;
    if (taskId === null) yield* await this.events.readAll({ after, limit });
    else yield* this.events.read(taskId, { afterSequence: after, limit });
  }
}
