import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { safePath } from './safe-path.ts';

/** Bytes of one file that is read back; a larger one is left out. */
export const COLLECT_BYTES = 4 * 2 ** 20;

/**
 * Reads files that untrusted code has left in a directory, after it has ended: regular files with one name, through no
 * link, up to the size. Whatever is anything else is left out.
 */
export async function collectFiles(directory: string, paths: readonly string[]): Promise<Record<string, string>> {
  const root = await realpath(directory);
  const collected: Record<string, string> = {};
  for (const path of paths.map(safePath)) {
    const content = await readRegular(root, path);
    if (content !== null) collected[path] = content;
  }
  return collected;
}

async function readRegular(root: string, path: string): Promise<string | null> {
  const target = join(root, path);
  try {
    if ((await realpath(dirname(target))) !== dirname(target)) return null;
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write to it.
    await using file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size, nlink, isFile } = await file.stat().then((stat) => ({ ...stat, isFile: stat.isFile() }));
    if (!isFile || nlink !== 1 || size > COLLECT_BYTES) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return null;
  }
}
