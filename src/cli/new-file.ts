import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { UsageError } from './usage-error.ts';

/**
 * Writes what comes into a file that was not there, under another name until it is whole. Answers how many bytes. Throws
 * UsageError where the file is there already; nothing is left of one that failed.
 */
export async function toNewFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  if (existsSync(path)) throw new UsageError(`${path} is there already: name a new file with --out.`);
  const partial = `${path}.partial`;
  const stream = createWriteStream(partial, { flush: true });
  try {
    await pipeline(pieces, stream);
    await rename(partial, path);
    return stream.bytesWritten;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
