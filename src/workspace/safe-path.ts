import type { Issue } from '../kernel/errors.ts';
import { UnsafePathError } from './workspace.errors.ts';

export const MAX_SEGMENT_BYTES = 255;
export const MAX_PATH_BYTES = 1024;

const RESERVED = ['.git', 'node_modules'];
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;
const SHORT_NAME_OF_GIT = /^git~\d+$/i;

/**
 * A path as a model, plan or caller gives it, as a relative path with '/' in Unicode NFC that stays inside whatever
 * directory it is resolved in, on every system. `./` is dropped. Throws UnsafePathError that says what is wrong.
 */
export function safePath(path: string): string {
  if (!path.isWellFormed()) throw new UnsafePathError(path.toWellFormed(), 'half of a surrogate pair stands in it');
  const normal = path.normalize('NFC');
  const reason = problemOf(normal);
  if (reason) throw new UnsafePathError(path, reason);
  const segments = normal.split('/').filter((segment) => segment !== '.');
  if (segments.length === 0) throw new UnsafePathError(path, 'it names no file');
  for (const segment of segments) {
    const wrong = problemOfSegment(segment);
    if (wrong) throw new UnsafePathError(path, wrong);
  }
  return segments.join('/');
}

function problemOf(path: string): string | null {
  if (path.trim() === '') return 'it is empty';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  if (/\p{Cc}/u.test(path)) return 'a control character stands in it';
  if (/[\p{Cf}\p{Zl}\p{Zp}]/u.test(path)) return 'an invisible character stands in it';
  if (path.includes('\\')) return "it has a backslash: separate directories with '/'";
  if (path.startsWith('/')) return 'it is absolute: give it relative to the workspace';
  if (/^[a-z]:/i.test(path)) return 'it begins with a drive letter: give it relative to the workspace';
  return null;
}

function problemOfSegment(segment: string): string | null {
  if (segment === '') return "a segment between two '/' is empty";
  if (segment === '..') return "'..' would leave the workspace";
  if (/[<>:"|?*]/.test(segment)) return `${JSON.stringify(segment)} has one of the characters < > : " | ? *`;
  if (/[. ]$/.test(segment)) return `${JSON.stringify(segment)} ends with a dot or a space`;
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`;
  if (DEVICE_NAME.test(segment)) return `${segment} is the name of a device`;
  if (RESERVED.includes(segment.toLowerCase()) || SHORT_NAME_OF_GIT.test(segment)) return `${segment} is reserved`;
  return null;
}

/** Two paths with the same key are one file on a system that ignores case. */
function fileKey(path: string): string {
  return path.toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * Everything that keeps a set of files from being written, as `files[0].path` and so on: unsafe paths, two that are one
 * file on a system that ignores case, a file where another path needs a directory.
 */
export function checkFiles(files: readonly { readonly path: string }[], field = 'files'): Issue[] {
  const taken = new Map<string, string>();
  const directories = new Map<string, string>();
  return files.flatMap(({ path }, index): Issue[] => {
    const issue = (message: string): Issue[] => [{ path: `${field}[${index}].path`, message }];
    let safe: string;
    try {
      safe = safePath(path);
    } catch (error) {
      if (error instanceof UnsafePathError) return issue(error.message);
      throw error;
    }
    const key = fileKey(safe);
    const parents = parentsOf(key);
    const asFile = parents.map((parent) => taken.get(parent)).find((other) => other !== undefined);
    const other = taken.get(key);
    const below = directories.get(key);
    if (other === undefined) taken.set(key, safe);
    for (const parent of parents) directories.set(parent, safe);
    if (other === safe) return issue(`${safe} is given twice`);
    if (other !== undefined) return issue(`${safe} and ${other} are one file where case is ignored`);
    if (asFile !== undefined) return issue(`${safe} needs a directory where ${asFile} is a file`);
    if (below !== undefined) return issue(`${safe} is a file where ${below} needs a directory`);
    return [];
  });
}

function parentsOf(path: string): string[] {
  const segments = path.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
