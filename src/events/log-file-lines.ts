import type { LogFileReading, ReadEvent } from './log-file.ts';

/** More than the largest event that any setting allows. */
const MAX_LINE_BYTES = 300 * 1024 * 1024;
const NEW_LINE = 0x0a;

/**
 * Hands a log file to its reading, line by line, as its pieces come; only a line break ends a line, and the end of the
 * file. Throws DamagedLine as the reading does, and for a line that is longer than any event.
 */
export class LogFileLines {
  private readonly reading: LogFileReading;
  private begun: Buffer[] = [];
  private bytes = 0;

  constructor(reading: LogFileReading) {
    this.reading = reading;
  }

  /** The events of the lines that end in this piece. */
  *take(piece: Buffer): Generator<ReadEvent, void, undefined> {
    let start = 0;
    for (let end = piece.indexOf(NEW_LINE); end >= 0; end = piece.indexOf(NEW_LINE, start)) {
      yield* this.line(piece.subarray(start, end));
      start = end + 1;
    }
    this.keep(piece.subarray(start));
  }

  /** That of the last line, where no line break ends it. */
  *end(): Generator<ReadEvent, void, undefined> {
    if (this.bytes > 0) yield* this.line(Buffer.alloc(0));
  }

  private *line(rest: Buffer): Generator<ReadEvent, void, undefined> {
    const text = this.begun.length === 0 ? rest.toString() : Buffer.concat([...this.begun, rest]).toString();
    this.begun = [];
    this.bytes = 0;
    const event = this.reading.take(text);
    if (event) yield event;
  }

  private keep(rest: Buffer): void {
    if (rest.length > 0) this.begun.push(rest);
    this.bytes += rest.length;
    if (this.bytes <= MAX_LINE_BYTES) return;
    throw this.reading.nextDamaged(`is longer than ${MAX_LINE_BYTES} bytes, as no event is`);
  }
}
