/*
 * The parts of SQLite's write-ahead log that a test must know to damage it as a power cut would:
 * https://sqlite.org/fileformat2.html#walformat.
 */

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

export interface LogLife {
  readonly pageBytes: number;
  /** Hexadecimal; another one after each time the log was begun anew. */
  readonly salt: string;
}

/** Null for an empty log. */
export function lifeOf(log: Buffer): LogLife | null {
  if (log.length < HEADER_BYTES) return null;
  // The index beside the log keeps the salts in the byte order of the file.
  return { pageBytes: log.readUInt32BE(8), salt: log.toString('hex', 16, 24) };
}

/** Where the frame behind the first `frames` ones begins. */
export function endOfFrames(frames: number, pageBytes: number): number {
  return HEADER_BYTES + frames * (FRAME_HEADER_BYTES + pageBytes);
}

/** The numbers of the pages that the first `frames` frames hold. */
export function pagesOf(log: Buffer, frames: number, pageBytes: number): readonly number[] {
  const pages = Array.from({ length: frames }, (_, index) => log.readUInt32BE(endOfFrames(index, pageBytes)));
  return [...new Set(pages)];
}
