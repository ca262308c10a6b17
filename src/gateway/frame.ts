import type { WrittenMessage } from './message.ts';

export const MAX_FRAME_MESSAGES = 100;
/** A frame ends with the message that reaches it: one frame of large events stays bounded. */
export const MAX_FRAME_CHARS = 1024 * 1024;

/**
 * Messages that go out together, as the bytes that all their receivers share. What differs from one receiver to the
 * next (acknowledgement id, subscription, `from`) stands before them.
 */
export interface Frame {
  /** Everything up to here is in it or was filtered out. */
  readonly to: number;
  readonly count: number;
  /** `"to":12,"messages":[…]}]` in UTF-8. */
  readonly tail: Buffer;
}

export function frameOf(messages: readonly WrittenMessage[], to: number): Frame {
  const json = messages.map((message) => message.json).join(',');
  return { to, count: messages.length, tail: Buffer.from(`"to":${to},"messages":[${json}]}]`) };
}

/** Takes from the front of `messages` what fits one frame. */
export function firstFrame(messages: Iterable<WrittenMessage>): { taken: readonly WrittenMessage[]; isFull: boolean } {
  const taken: WrittenMessage[] = [];
  let characters = 0;
  for (const message of messages) {
    taken.push(message);
    characters += message.json.length;
    if (taken.length === MAX_FRAME_MESSAGES || characters >= MAX_FRAME_CHARS) return { taken, isFull: true };
  }
  return { taken, isFull: false };
}
