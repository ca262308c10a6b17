import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../kernel/errors.ts';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;

/** Makes a directory, and those above it that are missing, for this user alone, whatever the umask. One that is there stays as it is. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
}

/**
 * Makes an empty file that only this user can read and write, whatever the umask; one that is there stays as it is.
 * SQLite takes it for an empty database, and gives its log and its index the same mode. Never throws: whoever opens the
 * file then is told why it cannot be.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', FILE_MODE));
  } catch {
    // It is there, or the reason is found once more by opening it.
  }
}

/**
 * What of a data directory other users of the machine can get at: the directory with its mode, such as `755`, and the
 * files in it; null where it is closed to them, is not there, or has no modes (Windows).
 */
export async function openToOthers(directory: string): Promise<{ mode: string; files: readonly string[] } | null> {
  if (process.platform === 'win32') return null;
  const { mode } = (await statOrNull(directory)) ?? { mode: 0 };
  if ((mode & OTHERS) === 0) return null;
  const files: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const found = await statOrNull(join(directory, entry.name));
    if (found && (found.mode & OTHERS) !== 0) files.push(entry.name);
  }
  return { mode: (mode & 0o777).toString(8), files: files.sort() };
}

async function statOrNull(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
