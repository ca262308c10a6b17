import { z } from 'zod';
import type { StoredEvent } from '../events/index.ts';

export const eventOutput = z.object({
  sequence: z.int().describe('Its place in the stream of the task'),
  event_id: z.string(),
  type: z.string(),
  timestamp: z.string(),
  code_version: z.int(),
  data: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('null: longer than 64 KiB; GET /tasks/{id}/events has it'),
});

const MAX_DATA = 64 * 1024;
const MAX_PAGE = 256 * 1024;

/**
 * As many events of a page as one answer should hold, the first in any case, and the sequence of the last of them. The
 * data of one that is longer than 64 KiB is left out.
 */
export function fitting(page: readonly StoredEvent[]): {
  readonly shown: z.input<typeof eventOutput>[];
  readonly last: number | undefined;
} {
  const shown: z.input<typeof eventOutput>[] = [];
  let room = MAX_PAGE;
  for (const event of page) {
    const length = JSON.stringify(event.data).length;
    const fits = length <= MAX_DATA;
    if (fits) room -= length;
    if (room < 0 && shown.length > 0) break;
    shown.push({
      sequence: event.streamSequence,
      event_id: event.eventId,
      type: event.eventType,
      timestamp: event.timestamp,
      code_version: event.codeVersion,
      data: fits ? { ...event.data } : null,
    });
  }
  return { shown, last: shown.at(-1)?.sequence };
}
