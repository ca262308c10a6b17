import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import type { Outcome } from './changes.ts';
import { isSameBlob, type Repository, type TreeEntry } from './repository.ts';

const SHOWN_PATHS = 5;
const SUBJECT_CHARACTERS = 72;

export interface BranchRequest {
  readonly name: string;
  /** Where it starts; null: a repository without a commit. */
  readonly commit: string | null;
  readonly taskId: string;
  readonly prompt: string;
}

/** The files that were given and are not as in the commit: nothing but uncommitted changes can be why. */
export async function uncommitted(
  repository: Repository,
  commit: string | null,
  given: Outcome['given'],
): Promise<Outcome['given']> {
  const tree = await repository.tree(commit);
  return given.filter(({ path, content }) => !isSameBlob(tree.get(path), content));
}

/** Throws UsageError that names uncommitted changes and the ways out. */
export function refuseUncommitted(dirty: Outcome['given']): void {
  if (dirty.length === 0) return;
  const paths = dirty.slice(0, SHOWN_PATHS).map(({ path }) => path);
  const more = dirty.length > SHOWN_PATHS ? ` and ${dirty.length - SHOWN_PATHS} more` : '';
  throw new UsageError(
    `A branch would have uncommitted changes in it (${printable(paths.join(', '), 400)}${more}): commit or stash them, ` +
      'let --allow-dirty put them into a commit of their own, or ask for --patch <file> or --apply.',
  );
}

/**
 * Commits what a task made on a new branch, and before it, in a commit of its own, what was not committed when it began.
 * Work tree, index and the current branch stay as they are. Rejects where the branch exists; then none is made.
 */
export async function commitOnBranch(
  repository: Repository,
  { name, commit, taskId, prompt }: BranchRequest,
  { given, changes }: Outcome,
): Promise<string> {
  await repository.mustBeFree(name);
  const tree = await repository.tree(commit);
  const dirty = given.filter(({ path, content }) => !isSameBlob(tree.get(path), content));
  for (const { path } of [...dirty, ...changes]) refuseClash(path, tree);
  for (const { path, before } of changes) if (before === null && tree.has(path)) throw clash(path);
  const scratch = await mkdtemp(join(tmpdir(), 'taskloom-index-'));
  try {
    const index = join(scratch, 'index');
    const modeOf = (path: string) => tree.get(path)?.mode ?? '100644';
    let parent = commit;
    if (dirty.length > 0) {
      const files = dirty.map((file) => ({ ...file, mode: modeOf(file.path) }));
      const message = `Uncommitted changes when task ${taskId} began\n`;
      parent = await repository.commit({ parent, files, message }, index);
    }
    const files = changes.map(({ path, after }) => ({ path, content: after, mode: modeOf(path) }));
    const message = `${printable(prompt, SUBJECT_CHARACTERS)}\n\nTask: ${taskId}\n`;
    const made = await repository.commit({ parent, files, message }, index);
    await repository.createBranch(name, made);
    return made;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A file where the commit has a link, a submodule or a directory, or below something that is no directory. */
function refuseClash(path: string, tree: ReadonlyMap<string, TreeEntry>): void {
  const entry = tree.get(path);
  const isOther = entry !== undefined && !entry.mode.startsWith('100');
  const segments = path.split('/');
  const parents = segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
  const isDirectory = entry === undefined && [...tree.keys()].some((other) => other.startsWith(`${path}/`));
  if (isOther || isDirectory || parents.some((parent) => tree.has(parent))) throw clash(path);
}

function clash(path: string): UsageError {
  return new UsageError(
    `The commit has something else at ${printable(path)}, which the task was not given and would replace: nothing was ` +
      'done. Ask for --patch <file>.',
  );
}
