import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_ENTRIES = 50_000;
const ENTRY_BYTES = 512;
const BLOCK_BYTES = 512;

/** Whether a directory holds more than so many bytes, counted as the disk does, or very many entries. Follows no link. */
export async function holdsMoreThan(directory: string, bytes: number): Promise<boolean> {
  const open = [directory];
  let used = 0;
  let entries = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const names = await readdir(next).catch(() => []);
    for (const name of names) {
      const path = join(next, name);
      const stat = await lstat(path).catch(() => null);
      if (!stat) continue;
      used += Math.max(stat.blocks * BLOCK_BYTES, ENTRY_BYTES);
      entries += 1;
      if (used > bytes || entries > MAX_ENTRIES) return true;
      if (stat.isDirectory()) open.push(path);
    }
  }
  return false;
}
