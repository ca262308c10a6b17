import { access, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Task, TaskloomClient } from '../../client/index.ts';
import type { Cli } from '../cli.ts';
import { printable, printableLines } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { counted } from '../words.ts';
import { applyChanges } from './apply.ts';
import { commitOnBranch, refuseUncommitted, uncommitted } from './branch.ts';
import { type Change, type Outcome, outcomeOf } from './changes.ts';
import { COMMIT_KEY, type Folder } from './folder-task.ts';
import { unifiedPatch } from './patch.ts';

/** The options that say how a result is to come back. */
export interface GiveBackOptions {
  readonly branch?: string;
  /** A path, or - for standard output. */
  readonly patch?: string;
  readonly apply?: boolean;
  readonly allowDirty?: boolean;
}

/** How a result comes back. What is not said is not done. */
interface Ways {
  readonly branch?: string;
  readonly patch?: string;
  readonly apply?: boolean;
}

/** Throws UsageError for what cannot be done, before there is a result: then no model has worked in vain. */
export async function mustBePossible(
  { repository }: Folder,
  options: GiveBackOptions & { readonly json?: boolean },
  given: Outcome['given'],
): Promise<void> {
  const { branch, patch, apply, allowDirty, json } = options;
  if (patch === '-' && json) throw new UsageError('--patch - and --json share standard output: give --patch a file.');
  if (patch !== undefined && patch !== '-') await mustBeWritable(patch);
  if (branch !== undefined && !repository) {
    throw new UsageError('--branch needs a git repository, and git: ask for --patch <file> or --apply.');
  }
  const isBranch = branch !== undefined || (patch === undefined && !apply && repository !== null);
  if (!isBranch || !repository) return;
  if (branch !== undefined) await repository.mustBeFree(branch);
  if (!allowDirty) refuseUncommitted(await uncommitted(repository, repository.head, given));
}

/**
 * Brings what a completed task made back: as a new branch, a patch, or into the files of the folder. Without a word how:
 * a branch in a repository, else a patch in the working directory. Rejects where the task is not completed, or where
 * something is in the way; it can then be asked for in another way.
 */
export async function giveBack(
  cli: Cli,
  client: TaskloomClient,
  taskId: string,
  folder: Folder,
  options: GiveBackOptions & { readonly json?: boolean },
): Promise<void> {
  const task = await client.getTask(taskId);
  if (task.status !== 'completed') {
    throw new Error(
      `${taskId} is ${task.status}, and only a completed task gives a result: taskloom files ${taskId} shows what there is.`,
    );
  }
  const outcome = await outcomeOf(client, taskId);
  const ways = outcome.changes.length === 0 ? {} : waysOf(task, folder, options);
  const done = await carryOut(ways, task, folder, outcome, options.allowDirty ?? false);
  if (options.json) {
    const changes = outcome.changes.map(({ path, before }) => ({ path, kind: before === null ? 'added' : 'changed' }));
    cli.terminal.json({ type: 'FOLDER_RESULT', taskId, changes, ...done.told });
    return;
  }
  if (done.printed !== undefined) {
    // A program gets the patch as it is; on a terminal nothing in it may move the cursor.
    const shown = process.stdout.isTTY ? printableLines(done.printed).join('\n') : done.printed;
    cli.terminal.print(shown.replace(/\n$/, ''));
  }
  const note = (text: string) => (ways.patch === '-' ? cli.terminal.note(text) : cli.terminal.print(text));
  for (const { path, before } of outcome.changes)
    note(`  ${before === null ? 'new    ' : 'changed'}  ${printable(path)}`);
  if (outcome.changes.length === 0) note('The task changed no file.');
  for (const line of done.lines) note(line);
}

function waysOf(task: Task, { repository }: Folder, { branch, patch, apply }: GiveBackOptions): Ways {
  if (branch !== undefined || patch !== undefined || apply) {
    return {
      ...(branch === undefined ? {} : { branch }),
      ...(patch === undefined ? {} : { patch }),
      ...(apply ? { apply } : {}),
    };
  }
  const name = shortName(task.taskId);
  return repository ? { branch: `taskloom/${name}` } : { patch: `taskloom-${name}.patch` };
}

interface Done {
  /** For a program. */
  readonly told: Readonly<Record<string, string | boolean>>;
  /** For a person. */
  readonly lines: readonly string[];
  /** What goes to standard output. */
  readonly printed?: string;
}

async function carryOut(
  { branch, patch, apply }: Ways,
  task: Task,
  folder: Folder,
  outcome: Outcome,
  allowDirty: boolean,
): Promise<Done> {
  const { changes } = outcome;
  const told: Record<string, string | boolean> = {};
  const lines: string[] = [];
  let printed: string | undefined;
  if (patch === '-') printed = patchOf(folder, changes);
  else if (patch !== undefined) {
    await mustBeWritable(patch);
    await writeFile(patch, patchOf(folder, changes), { flag: 'wx' });
    told.patch = resolve(patch);
    const top = folder.repository?.prefix ? ' at the root of the repository' : '';
    lines.push(`patch ${printable(patch, 4096)}: git apply takes it, or patch -p1${top}`);
  }
  if (branch !== undefined) {
    const commit = await branchOf(branch, task, folder, outcome, allowDirty);
    Object.assign(told, { branch, commit });
    lines.push(
      `branch ${branch} (${commit.slice(0, 12)}): git diff HEAD...${branch} shows it, git merge ${branch} takes it`,
    );
  }
  if (apply) {
    await applyChanges(folder.path, changes);
    told.applied = true;
    lines.push(`${counted(changes.length, 'file')} written into ${printable(folder.path, 4096)}`);
  }
  return { told, lines, ...(printed === undefined ? {} : { printed }) };
}

async function branchOf(
  name: string,
  { taskId, prompt, metadata }: Task,
  { repository }: Folder,
  outcome: Outcome,
  allowDirty: boolean,
): Promise<string> {
  if (!repository) throw new UsageError('--branch needs a git repository, and git: ask for --patch <file>.');
  const commit = await commitOf(repository.head, metadata[COMMIT_KEY], (id) => repository.hasCommit(id));
  if (!allowDirty) refuseUncommitted(await uncommitted(repository, commit, outcome.given));
  return commitOnBranch(repository, { name, commit, taskId, prompt }, outcome);
}

/** The commit that the task's files were taken from, where the task says one and the repository has it; else HEAD. */
async function commitOf(
  head: string | null,
  noted: string | undefined,
  exists: (id: string) => Promise<boolean>,
): Promise<string | null> {
  return noted !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(noted) && (await exists(noted)) ? noted : head;
}

function patchOf({ repository }: Folder, changes: readonly Change[]): string {
  return unifiedPatch(changes, repository?.prefix ?? '');
}

async function mustBeWritable(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`--patch ${path}: there is such a file; name another, or remove it first.`);
  const directory = await stat(dirname(resolve(path))).catch(() => null);
  if (!directory?.isDirectory()) throw new UsageError(`--patch ${path}: its directory does not exist; make it first.`);
}

/** Short enough to type, and a name that git and file systems take: of a UUID its last characters, which are random. */
function shortName(taskId: string): string {
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(taskId)) return taskId.slice(-8);
  const name = taskId.replace(/[^\w-]+/g, '-').replace(/^-+|-+$/g, '');
  return name.slice(0, 60) || 'result';
}
