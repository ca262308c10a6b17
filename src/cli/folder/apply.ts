import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../kernel/errors.ts';
import { printable } from '../printable.ts';
import type { Change } from './changes.ts';

const NEW_FILE_MODE = 0o644;

/** Files of the folder are not as they were given to the task: nothing was written. */
export class FolderChangedError extends Error {
  constructor(conflicts: readonly string[]) {
    super(
      `Nothing was written, because the folder has changed meanwhile: ${printable(conflicts.join('; '), 1000)}. ` +
        'Take the result as --patch <file> and merge it.',
    );
    this.name = 'FolderChangedError';
  }
}

interface Prepared {
  readonly change: Change;
  /** The content, on disk beside the target. */
  readonly temporary: string;
  readonly target: string;
}

/**
 * Writes the changes into a folder, each file whole or not at all: only where every file is still what the task was given,
 * never through a link. Throws FolderChangedError before anything is written.
 */
export async function applyChanges(folder: string, changes: readonly Change[]): Promise<void> {
  await mustBeUnchanged(folder, changes);
  const made: string[] = [];
  const ready: Prepared[] = [];
  try {
    for (const change of changes) {
      await makeParents(folder, change.path, made);
      const target = join(folder, change.path);
      const temporary = join(dirname(target), `.taskloom-${randomUUID()}`);
      ready.push({ change, temporary, target });
      await writeNew(temporary, change.after, await modeOf(target));
    }
    await mustBeUnchanged(folder, changes);
    await addNew(ready.filter(({ change }) => change.before === null));
    for (const { change, temporary, target } of ready) if (change.before !== null) await rename(temporary, target);
  } finally {
    for (const { temporary } of ready) await unlink(temporary).catch(() => undefined);
    // Those that hold something stay.
    for (const directory of made.toReversed()) await rmdir(directory).catch(() => undefined);
  }
}

/** A new file takes no other one's place, also none that has come this moment: then none is added. */
async function addNew(files: readonly Prepared[]): Promise<void> {
  const added: string[] = [];
  try {
    for (const { temporary, target } of files) {
      await link(temporary, target);
      added.push(target);
    }
  } catch (error) {
    for (const target of added) await unlink(target);
    throw error;
  }
}

async function mustBeUnchanged(folder: string, changes: readonly Change[]): Promise<void> {
  const conflicts: string[] = [];
  for (const { path, before } of changes) {
    const problem = (await wayProblem(folder, path)) ?? (await contentProblem(join(folder, path), before));
    if (problem !== null) conflicts.push(`${path} ${problem}`);
  }
  if (conflicts.length > 0) throw new FolderChangedError(conflicts);
}

/** What keeps the directories above a file from being written into, or null. */
async function wayProblem(folder: string, path: string): Promise<string | null> {
  let directory = folder;
  for (const segment of path.split('/').slice(0, -1)) {
    directory = join(directory, segment);
    const status = await statusOf(directory);
    if (status === null) return null;
    if (!status.isDirectory()) return `needs a directory where ${segment} is a link or a file`;
  }
  return null;
}

async function contentProblem(target: string, before: string | null): Promise<string | null> {
  const status = await statusOf(target);
  if (before === null) return status === null ? null : 'exists, and was not given to the task';
  if (status === null) return 'is gone';
  if (!status.isFile()) return 'is no regular file any more';
  await using file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  return (await file.readFile()).equals(Buffer.from(before)) ? null : 'is not as it was given to the task';
}

async function makeParents(folder: string, path: string, made: string[]): Promise<void> {
  let directory = folder;
  for (const segment of path.split('/').slice(0, -1)) {
    directory = join(directory, segment);
    try {
      await mkdir(directory);
      made.push(directory);
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    }
  }
}

async function writeNew(path: string, content: string, mode: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  await using file = await open(path, flags, NEW_FILE_MODE);
  await file.writeFile(content);
  if (mode !== NEW_FILE_MODE) await file.chmod(mode);
  await file.sync();
}

async function modeOf(path: string): Promise<number> {
  return ((await statusOf(path))?.mode ?? NEW_FILE_MODE) & 0o777;
}

async function statusOf(path: string) {
  return lstat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return null;
    throw error;
  });
}
