import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, InvalidInputError, messageOf, systemCodeOf } from '../kernel/errors.ts';
import { checkFiles, safePath } from './safe-path.ts';
import { UnsafePathError, WorkspaceUnavailableError } from './workspace.errors.ts';

export interface WorkspaceFile {
  readonly path: string;
  readonly content: string;
}

/** What a `sync` changed, by path. */
export interface WorkspaceChanges {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

const MAX_NAME_LENGTH = 160;
const KEPT_LENGTH = 100;

/** The name of a task's directory: its id, percent-encoded, so that different ids never share one on any system. */
export function workspaceName(taskId: string): string {
  if (taskId === '') throw new InvalidInputError([{ path: 'taskId', message: 'is empty' }]);
  const encoded = [...Buffer.from(taskId.toWellFormed(), 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
  if (encoded.length <= MAX_NAME_LENGTH) return encoded;
  return `${encoded.slice(0, KEPT_LENGTH)}~${createHash('sha256').update(taskId).digest('hex').slice(0, 32)}`;
}

/**
 * Each task's files as a directory that people and tools can look at. The events hold the truth: a directory may be
 * removed at any time and made again. Changes of one task wait for each other.
 */
export class Workspaces {
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly root: string) {}

  /** Where a task's files are. The directory need not exist. */
  directoryOf(taskId: string): string {
    return join(this.root, workspaceName(taskId));
  }

  /**
   * Writes files, each of them whole or not at all; others stay. Throws InvalidInputError that names every unsafe path,
   * and UnsafePathError where a link lies in the way, before anything is written there. Safe to repeat.
   */
  async write(taskId: string, files: readonly WorkspaceFile[]): Promise<void> {
    const safe = checked(files);
    await this.inTurn(taskId, async (directory) => {
      for (const { path, content } of safe) await writeInside(directory, path, content);
    });
  }

  /** The content of a file, or null when there is none. Follows no link. */
  async read(taskId: string, path: string): Promise<string | null> {
    const safe = safePath(path);
    return this.inTurn(taskId, (directory) => readInside(directory, safe), false);
  }

  /** The paths of all regular files, in order. */
  async list(taskId: string): Promise<readonly string[]> {
    const entries = await this.inTurn(taskId, (directory) => walk(directory), false);
    return entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
  }

  /**
   * Makes the directory hold exactly these files: writes those whose content differs, removes everything else, links
   * and empty directories included. Throws as `write` does. Safe to repeat.
   */
  async sync(taskId: string, files: readonly WorkspaceFile[]): Promise<WorkspaceChanges> {
    const safe = checked(files);
    return this.inTurn(taskId, async (directory) => {
      const removed = await removeOthers(directory, new Set(safe.map(({ path }) => path)));
      const written: string[] = [];
      for (const { path, content } of safe) {
        if ((await readInside(directory, path)) === content) continue;
        await writeInside(directory, path, content);
        written.push(path);
      }
      return { written, removed };
    });
  }

  /** Removes a task's directory. Safe to repeat. */
  async remove(taskId: string): Promise<void> {
    await this.inTurn(taskId, (directory) => rm(directory, { recursive: true, force: true }), false);
  }

  private inTurn<T>(taskId: string, act: (directory: string) => Promise<T>, make = true): Promise<T> {
    const name = workspaceName(taskId);
    const directory = join(this.root, name);
    const before = this.turns.get(name) ?? Promise.resolve();
    const turn = before.then(async () => {
      try {
        if (make) await makeDirectory(directory);
        return await act(directory);
      } catch (error) {
        if (error instanceof AppError || systemCodeOf(error) === undefined) throw error;
        throw new WorkspaceUnavailableError(directory, messageOf(error), { cause: error });
      }
    });
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(name, settled);
    void settled.then(() => this.turns.get(name) === settled && this.turns.delete(name));
    return turn;
  }
}

function checked(files: readonly WorkspaceFile[]): readonly WorkspaceFile[] {
  const issues = checkFiles(files);
  if (issues.length > 0) throw new InvalidInputError(issues);
  return files.map(({ path, content }) => ({ path: safePath(path), content }));
}

async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const stat = await lstat(directory);
  if (!stat.isDirectory()) throw new UnsafePathError(directory, 'the directory of the task is a link');
}

/** A temporary file beside the target, on disk before it takes the target's name. A link under that name is replaced. */
async function writeInside(directory: string, path: string, content: string): Promise<void> {
  const parent = await makeParent(directory, path);
  const temporary = join(parent, `.taskloom-${randomUUID()}`);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(temporary, flags, 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(directory, path));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    if (systemCodeOf(error) === 'EISDIR') throw new UnsafePathError(path, 'a directory has this name');
    throw error;
  }
}

/** Makes the directories above a file one by one, and refuses where one of them is a link or a file. */
async function makeParent(directory: string, path: string): Promise<string> {
  let parent = directory;
  for (const segment of path.split('/').slice(0, -1)) {
    parent = join(parent, segment);
    await mkdir(parent, { mode: 0o755 }).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
    if (!(await lstat(parent)).isDirectory()) throw new UnsafePathError(path, `${segment} in it is a link or a file`);
  }
  await stayInside(directory, parent, path);
  return parent;
}

async function stayInside(directory: string, parent: string, path: string): Promise<void> {
  const [root, real] = await Promise.all([realpath(directory), realpath(parent)]);
  if (real !== root && !real.startsWith(`${root}/`)) throw new UnsafePathError(path, 'a link in it leads outside');
}

async function readInside(directory: string, path: string): Promise<string | null> {
  const target = join(directory, path);
  try {
    await stayInside(directory, dirname(target), path);
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write to it.
    const file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return (await file.stat()).isFile() ? await file.readFile('utf8') : null;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO'].includes(systemCodeOf(error) ?? '')) return null;
    if (error instanceof UnsafePathError) return null;
    throw error;
  }
}

interface Entry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/** Everything below a directory, the contents of a directory before itself. Enters no link. */
async function walk(directory: string, below = ''): Promise<readonly Entry[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true }).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const found: Entry[] = [];
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await walk(directory, path)), { path, kind: 'directory' });
    else found.push({ path, kind: entry.isFile() ? 'file' : 'other' });
  }
  return found;
}

async function removeOthers(directory: string, kept: ReadonlySet<string>): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { path, kind } of await walk(directory)) {
    if (kind === 'directory') {
      // One that still holds something stays.
      await rmdir(join(directory, path)).catch(() => undefined);
    } else if (kind === 'other' || !kept.has(path)) {
      await unlink(join(directory, path));
      removed.push(path);
    }
  }
  return removed;
}
