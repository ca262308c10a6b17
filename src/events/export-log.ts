import { LogNotIntactError } from './events.errors.ts';
import { firstLine, lastLineOf, lineOf, retiredLineOf } from './log-file.ts';
import type { LogSource } from './log-source.ts';
import { verifyLog } from './verify-log.ts';
import type { ExportOptions, LogSummary } from './event-store.ts';

/**
 * Writes the log as JSON Lines, a piece of text at a time, and verifies it on the way. Rejects with LogNotIntactError
 * where it is not as it was written; what came until then is no whole file.
 */
export async function exportLog(
  source: LogSource,
  write: (text: string) => void | Promise<void>,
  { until }: ExportOptions = {},
): Promise<LogSummary> {
  await write(`${firstLine}\n`);
  const verified = await verifyLog(source, {
    ...(until === undefined ? {} : { until }),
    each: (rows) => write(rows.map((row) => `${lineOf(row)}\n`).join('')),
  });
  if (!verified.intact) throw new LogNotIntactError(verified);
  let after = '';
  let retirements = 0;
  for (let page = await source.retired(after); page.length > 0; page = await source.retired(after)) {
    for (const [taskId, generations] of page) {
      const [first] = await source.streamRows(taskId, 0, 1);
      if (!first || first[0] > verified.events) continue;
      await write(`${retiredLineOf(taskId, generations)}\n`);
      retirements += 1;
    }
    after = page.at(-1)?.[0] ?? after;
  }
  await write(`${lastLineOf(verified.events, verified.seal.hash, retirements)}\n`);
  const { events, streams, seal } = verified;
  return { events, streams, seal };
}
