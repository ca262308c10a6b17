import { createHash } from 'node:crypto';
import type { TaskloomClient } from '../../client/index.ts';
import { safePath } from '../../workspace/index.ts';

/** A file that a task wrote. */
export interface Change {
  readonly path: string;
  /** What was given; null: the file is new. */
  readonly before: string | null;
  readonly after: string;
}

/** What a task was given and what it made of it. */
export interface Outcome {
  readonly given: readonly { readonly path: string; readonly content: string }[];
  readonly changes: readonly Change[];
}

/** Compares the newest files of a task with those it was given. Throws UnsafePathError for a path that leads elsewhere. */
export async function outcomeOf(client: TaskloomClient, taskId: string): Promise<Outcome> {
  const { events } = await client.events(taskId, { types: ['TASK_CREATED'], limit: 1 });
  // The server's own type of the event's data.
  const given = (events[0]?.data.files ?? []) as Outcome['given'];
  const before = new Map(given.map(({ path, content }) => [path, content]));
  const { files, version } = await client.files(taskId);
  const changes: Change[] = [];
  for (const { path, sha256 } of files) {
    const old = before.get(path) ?? null;
    if (old !== null && createHash('sha256').update(old).digest('hex') === sha256) continue;
    const after = withLineEndsOf(old, await client.file(taskId, path, { version }));
    if (after !== old) changes.push({ path: safePath(path), before: old, after });
  }
  return { given, changes: changes.sort((one, other) => (one.path < other.path ? -1 : 1)) };
}

/** Models end lines with LF: a file that has CRLF throughout keeps it. */
export function withLineEndsOf(before: string | null, after: string): string {
  const hasCrlf = before !== null && before.includes('\r\n') && !/[^\r]\n|^\n/.test(before);
  return hasCrlf && !after.includes('\r\n') ? after.replaceAll('\n', '\r\n') : after;
}
