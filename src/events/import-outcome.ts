import type { LogSummary } from './event-store.ts';
import { LogFileDamagedError, LogFileUnreadableError, LogNotEmptyError } from './events.errors.ts';

/** What an adapter makes of a file. */
export type ImportOutput =
  | { readonly kind: 'imported'; readonly events: number; readonly streams: number; readonly seal: string }
  | { readonly kind: 'damaged'; readonly line: number; readonly problem: string }
  | { readonly kind: 'unreadable'; readonly problem: string }
  | { readonly kind: 'notEmpty'; readonly events: number };

/** What an import came to; throws what it was refused for. */
export function summaryOfImport(path: string, output: ImportOutput): LogSummary {
  switch (output.kind) {
    case 'imported':
      return {
        events: output.events,
        streams: output.streams,
        seal: { sequence: output.events, hash: output.seal },
      };
    case 'damaged':
      throw new LogFileDamagedError(path, output.line, output.problem);
    case 'unreadable':
      throw new LogFileUnreadableError(path, output.problem);
    case 'notEmpty':
      throw new LogNotEmptyError(output.events);
  }
}
