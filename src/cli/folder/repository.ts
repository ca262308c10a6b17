import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { devNull } from 'node:os';
import { text } from 'node:stream/consumers';
import { UsageError } from '../usage-error.ts';

/** A file of a commit. */
export interface TreeEntry {
  readonly mode: string;
  readonly id: string;
}

export interface NewCommit {
  /** What it changes; null: an empty tree. */
  readonly parent: string | null;
  /** Paths from the folder. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode: string }[];
  readonly message: string;
}

/** Nothing that a repository configures is run: no hook, monitor, pager, filter or fetch. */
const quiet = [
  ...['--no-pager', '--literal-pathspecs', '-c', `core.hooksPath=${devNull}`, '-c', 'core.fsmonitor=false'],
  ...[
    '-c',
    'core.untrackedCache=false',
    '-c',
    'gc.auto=0',
    '-c',
    'maintenance.auto=false',
    '-c',
    'protocol.allow=never',
  ],
];
const REGULAR = ['100644', '100755'];

/** The git repository around a folder. It is read, and gets commits and branches; work tree and index stay as they are. */
export class Repository {
  private constructor(
    readonly folder: string,
    /** The folder as seen from the root of the work tree, with a '/' at its end, or ''. */
    readonly prefix: string,
    /** The commit that is checked out; null before the first one. */
    readonly head: string | null,
  ) {}

  /** Null where the folder is in no repository, or git is not installed. Rejects where git refuses to read it. */
  static async around(folder: string): Promise<Repository | null> {
    try {
      const prefix = (await git(folder, ['rev-parse', '--show-prefix'])).out.replace(/\r?\n$/, '');
      const head = await git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { mayFail: true });
      return new Repository(folder, prefix, head.failed ? null : head.out.trim());
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (isMissing || (error instanceof GitError && /not a git repository/i.test(error.complaint))) return null;
      throw error;
    }
  }

  /** What is tracked, or neither tracked nor ignored, with paths from the folder. Not all need be there. */
  async files(): Promise<readonly string[]> {
    const { out } = await git(this.folder, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
    return [...new Set(out.split('\0'))].filter((path) => path !== '' && !path.endsWith('/'));
  }

  /** The files of a commit in the folder by path from it: regular files, links and submodules. */
  async tree(commit: string | null): Promise<ReadonlyMap<string, TreeEntry>> {
    if (commit === null) return new Map();
    const below = this.prefix === '' ? [] : ['--', this.prefix];
    const { out } = await git(this.folder, ['ls-tree', '-r', '-z', '--full-tree', commit, ...below]);
    const lines = out.split('\0').filter((line) => line !== '');
    return new Map(
      lines.map((line) => {
        const tab = line.indexOf('\t');
        const [mode = '', , id = ''] = line.slice(0, tab).split(' ');
        return [line.slice(tab + 1 + this.prefix.length), { mode, id }];
      }),
    );
  }

  async hasCommit(commit: string): Promise<boolean> {
    return !(await git(this.folder, ['cat-file', '-e', `${commit}^{commit}`], { mayFail: true })).failed;
  }

  /** Throws UsageError for a name that no branch can have, and for one that there is. */
  async mustBeFree(branch: string): Promise<void> {
    const ref = `refs/heads/${branch}`;
    const isName =
      !branch.startsWith('-') && !(await git(this.folder, ['check-ref-format', ref], { mayFail: true })).failed;
    if (!isName) throw new UsageError(`--branch ${branch}: git takes no such name for a branch: give another.`);
    const found = await git(this.folder, ['rev-parse', '--verify', '--quiet', ref], { mayFail: true });
    if (!found.failed) {
      throw new UsageError(`The branch ${branch} exists: name another with --branch <name>, or delete it first.`);
    }
  }

  /** Stores a commit that nothing points at yet, and answers its id. `index` is the path of a scratch file. */
  async commit({ parent, files, message }: NewCommit, index: string): Promise<string> {
    const environment = { GIT_INDEX_FILE: index, ...(await this.identity()) };
    const run = async (parameters: readonly string[], input = '') =>
      (await git(this.folder, parameters, { environment, input })).out.trim();
    await run(parent === null ? ['read-tree', '--empty'] : ['read-tree', parent]);
    const entries: string[] = [];
    for (const { path, content, mode } of files) {
      const id = await run(['hash-object', '-w', '--no-filters', '--stdin'], content);
      entries.push(`${mode} ${id}\t${this.prefix}${path}\0`);
    }
    await run(['update-index', '-z', '--index-info'], entries.join(''));
    const tree = await run(['write-tree']);
    return run(['commit-tree', tree, ...(parent === null ? [] : ['-p', parent]), '-F', '-'], message);
  }

  /** Fails where the branch has come to be meanwhile. */
  async createBranch(branch: string, commit: string): Promise<void> {
    await git(this.folder, ['update-ref', '--no-deref', `refs/heads/${branch}`, commit, '']);
  }

  /** Who commits: the person, as git is configured; where it is not, the tool. */
  private async identity(): Promise<NodeJS.ProcessEnv> {
    if (!(await git(this.folder, ['var', 'GIT_COMMITTER_IDENT'], { mayFail: true })).failed) return {};
    const [name, email] = ['Taskloom', 'taskloom@localhost'];
    return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  }
}

/** Whether a file of a commit is an ordinary one with exactly this content. */
export function isSameBlob(entry: TreeEntry | undefined, content: string): boolean {
  if (!entry || !REGULAR.includes(entry.mode)) return false;
  const bytes = Buffer.from(content);
  const hash = createHash(entry.id.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === entry.id;
}

/** git ended with an error. */
class GitError extends Error {
  constructor(
    command: string,
    readonly complaint: string,
  ) {
    super(`git ${command} failed: ${complaint || 'no word why'}`);
    this.name = 'GitError';
  }
}

interface GitOptions {
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** A failure is an answer. */
  readonly mayFail?: boolean;
}

async function git(
  folder: string,
  parameters: readonly string[],
  { input = '', environment = {}, mayFail = false }: GitOptions = {},
): Promise<{ readonly out: string; readonly failed: boolean }> {
  const child = spawn('git', ['-C', folder, ...quiet, ...parameters], {
    env: { ...surroundings(), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined).end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [exitCode, out, complaint] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (exitCode !== 0 && !mayFail) throw new GitError(parameters[0] ?? '', complaint.trim());
  return { out, failed: exitCode !== 0 };
}

/** Of git's own variables only those that say who the person is: the others may point at another repository. */
function surroundings(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GIT_') || /^GIT_(AUTHOR|COMMITTER|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))/.test(name),
  );
  const own = { GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  return { ...Object.fromEntries(kept), ...own };
}
