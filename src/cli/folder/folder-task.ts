import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import type { NewTask, TaskloomClient } from '../../client/index.ts';
import { type RequestOptions, taskRequest } from '../task-request.ts';
import { UsageError } from '../usage-error.ts';
import { counted, size } from '../words.ts';
import { type Choice, type FolderContent, readFolder } from './read-folder.ts';
import { Repository } from './repository.ts';
import { languageOfProject, roleOf } from './roles.ts';
import { walk } from './walk.ts';

/** What a request may hold; its size in bytes is the server's to say (BODY_MAX_BYTES). */
const MAX_FILES = 1000;
const SHOWN_DIRECTORIES = 3;
const SHOWN_FILES = 5;

/** Where in the metadata of a task the commit stands that its files were taken from. */
export const COMMIT_KEY = 'folder.commit';

/** A folder that is there, and the repository around it. */
export interface Folder {
  /** Absolute, without links. */
  readonly path: string;
  readonly repository: Repository | null;
}

/** Throws UsageError where there is no such directory. */
export async function openFolder(path: string): Promise<Folder> {
  const status = await stat(path).catch(() => null);
  if (!status?.isDirectory()) throw new UsageError(`--folder ${path}: there is no such directory.`);
  const real = await realpath(path);
  return { path: real, repository: await Repository.around(real) };
}

/** The texts of a folder as a task can take them: in a repository what git tracks or would track, elsewhere a walk. */
export async function contentOf({ path, repository }: Folder, choice: Choice): Promise<FolderContent> {
  const content = await readFolder(path, repository ? await repository.files() : await walk(path), choice);
  const { files } = content;
  if (files.length === 0) {
    throw new UsageError(`${path} has no file to give: look at --include, --exclude and what is ignored.`);
  }
  if (files.length > MAX_FILES) {
    throw new UsageError(
      `${path} has ${files.length} files to give, and a task takes ${MAX_FILES} (most are in ${fullest(files)}): ` +
        'choose with --include <pattern> or --exclude <pattern>.',
    );
  }
  return content;
}

/**
 * The task that is to work on a folder. What --file and --test name, with paths from the folder, has the role they give
 * it; the other files have the roles of an existing project. Those that the prompt names come first.
 */
export async function folderTask(
  prompt: string,
  options: RequestOptions,
  folder: Folder,
  { files }: FolderContent,
): Promise<NewTask> {
  const request = await taskRequest(prompt, options, folder.path);
  const language = request.language ?? languageOfProject(files.map(({ path }) => path)) ?? undefined;
  const given = request.files ?? [];
  const named = new Set(given.map(({ path }) => path));
  const others = files
    .filter(({ path }) => !named.has(path))
    .map((file) => ({ ...file, role: roleOf(file.path, file.content, language ?? null) }));
  const isMentioned = ({ path }: { readonly path: string }) => prompt.includes(path);
  const all = [...given, ...others.filter(isMentioned), ...others.filter((file) => !isMentioned(file))];
  const commit = folder.repository?.head;
  return {
    ...request,
    files: all,
    ...(language === undefined ? {} : { language }),
    ...(commit ? { metadata: { [COMMIT_KEY]: commit } } : {}),
  };
}

/**
 * A server takes out what it knows as secret, and such a file would come back without: then the task is cancelled, and
 * UsageError thrown that names the files.
 */
export async function mustBeWhole(
  client: TaskloomClient,
  taskId: string,
  sent: NonNullable<NewTask['files']>,
): Promise<void> {
  const { files } = await client.files(taskId, { version: 0 });
  const kept = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');
  const altered = sent.filter(({ path, content }) => kept.get(path) !== hashOf(content)).map(({ path }) => path);
  if (altered.length === 0) return;
  await client.cancelTask(taskId, { reason: 'its files hold secrets' });
  throw new UsageError(
    `The server takes secrets out of ${altered.slice(0, SHOWN_FILES).join(', ')}, which would come back without them: ` +
      `leave out with --exclude <pattern>. The task ${taskId} is cancelled.`,
  );
}

/** `34 files (120.0 KiB, 8 of them tests); left out: 2 secret, 1 link`. */
export function describeContent({ files = [] }: NewTask, { leftOut }: FolderContent): string {
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  const tests = files.filter(({ role }) => role === 'test' || role === 'regression').length;
  const counts = new Map<string, number>();
  for (const { reason } of leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const left = [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
  return `${counted(files.length, 'file')} (${size(bytes)}, ${tests} of them tests)${left === '' ? '' : `; left out: ${left}`}`;
}

function fullest(files: readonly { readonly path: string }[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const directory = path.includes('/') ? `${path.split('/')[0]}/` : './';
    counts.set(directory, (counts.get(directory) ?? 0) + 1);
  }
  const most = [...counts].sort(([, one], [, other]) => other - one).slice(0, SHOWN_DIRECTORIES);
  return most.map(([directory, count]) => `${directory} ${count}`).join(', ');
}
