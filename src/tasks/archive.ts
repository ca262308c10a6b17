import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packTar } from 'modern-tar';
import type { SourceFile } from '../events/index.ts';
import { safePath } from '../workspace/index.ts';
import { byPath } from './code-versions.ts';

const compress = promisify(gzip);
const MAX_NAME_LENGTH = 80;

/** What the archive of a version is called, without an extension: safe as a file name whatever the task's id. */
export function archiveName(taskId: string, version: number): string {
  const safe = taskId
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  return `${safe || 'task'}-v${version}`;
}

/**
 * Files as a .tar.gz below one directory: plain files, their paths checked, no owner, all of one time (milliseconds
 * since 1970). The same files give the same bytes. Throws UnsafePathError.
 */
export async function archiveOf(directory: string, files: Iterable<SourceFile>, time: number): Promise<Uint8Array> {
  const entries = [...files].sort(byPath).map(({ path, content }) => {
    const body = Buffer.from(content, 'utf8');
    const name = `${directory}/${safePath(path)}`;
    return { header: { name, size: body.length, mode: 0o644, mtime: new Date(time) }, body };
  });
  return compress(await packTar(entries));
}
