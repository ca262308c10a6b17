import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ignore from 'ignore';
import { systemCodeOf } from '../../kernel/errors.ts';
import { checkFiles, safePath, UnsafePathError } from '../../workspace/index.ts';
import { hasSecretName, holdsSecret } from './secret-files.ts';

/** Larger ones are data, or made by programs: no model reads them. */
export const MAX_FILE_BYTES = 262_144;

export type Reason = 'secret' | 'link' | 'binary' | 'too large' | 'unusable name' | 'not a file' | 'missing';

export interface FolderFile {
  /** From the folder, with '/'. */
  readonly path: string;
  readonly content: string;
}

export interface FolderContent {
  readonly files: readonly FolderFile[];
  /** What is in the folder and is not given, and why; what was not asked for is not in it. */
  readonly leftOut: readonly { readonly path: string; readonly reason: Reason }[];
}

/** Patterns as in .gitignore. */
export interface Choice {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** The texts among the files of a folder. No link is followed, and no secret is read further than to know it as one. */
export async function readFolder(folder: string, paths: readonly string[], choice: Choice): Promise<FolderContent> {
  const isChosen = chooser(choice);
  const isDirectory = directoriesOf(folder);
  const files: FolderFile[] = [];
  const leftOut: { path: string; reason: Reason }[] = [];
  for (const path of paths.filter(isChosen)) {
    const read = await readOne(folder, path, isDirectory);
    if (typeof read === 'string') leftOut.push({ path, reason: read });
    else files.push({ path, content: read.content });
  }
  const clashing = new Set(checkFiles(files).map((issue) => Number(/\d+/.exec(issue.path)?.[0])));
  return {
    files: files.filter((_, index) => !clashing.has(index)),
    leftOut: [
      ...leftOut,
      ...files.flatMap(({ path }, index) => (clashing.has(index) ? [{ path, reason: 'unusable name' as const }] : [])),
    ],
  };
}

function chooser({ include, exclude }: Choice): (path: string) => boolean {
  const included = include && ignore().add([...include]);
  const excluded = ignore().add([...(exclude ?? [])]);
  // Only such paths may be asked about: none that leads out of the folder.
  const isAskable = (path: string) => ignore.isPathValid(path);
  return (path) => !isAskable(path) || (!excluded.ignores(path) && (included?.ignores(path) ?? true));
}

async function readOne(
  folder: string,
  path: string,
  isDirectory: (directory: string) => Promise<boolean>,
): Promise<{ readonly content: string } | Reason> {
  if (!isUsable(path)) return 'unusable name';
  if (hasSecretName(path)) return 'secret';
  try {
    if (!(await isDirectory(dirname(path)))) return 'link';
    const bytes = await readFile(join(folder, path));
    if (typeof bytes === 'string') return bytes;
    const content = textOf(bytes);
    if (content === null) return 'binary';
    return holdsSecret(content) ? 'secret' : { content };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return 'missing';
    throw error;
  }
}

/** Opened without following a link, and without waiting for whoever would write to a pipe. */
async function readFile(path: string): Promise<Buffer | Reason> {
  const status = await lstat(path);
  if (status.isSymbolicLink()) return 'link';
  if (!status.isFile()) return 'not a file';
  if (status.size > MAX_FILE_BYTES) return 'too large';
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  return await file.readFile();
}

function isUsable(path: string): boolean {
  try {
    return safePath(path) === path;
  } catch (error) {
    if (error instanceof UnsafePathError) return false;
    throw error;
  }
}

/** Whether all of a path are real directories, each looked at once. */
function directoriesOf(folder: string): (directory: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>([['.', Promise.resolve(true)]]);
  const look = (directory: string): Promise<boolean> => {
    const before = known.get(directory);
    if (before) return before;
    const answer = look(dirname(directory)).then(
      async (isReal) => isReal && (await lstat(join(folder, directory))).isDirectory(),
    );
    known.set(directory, answer);
    return answer;
  };
  return look;
}

function textOf(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
