import { chmod, chown, lstat, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SandboxFile } from './sandbox.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { safePath } from './safe-path.ts';
import { SandboxUnavailableError } from './workspace.errors.ts';

const PREFIX = 'taskloom-run-';

/** The files of one run on disk. `work` and `tmp` belong to the run, `tools` is for it to read. */
export interface RunDirectory {
  readonly path: string;
  readonly work: string;
  readonly tools: string;
  readonly tmp: string;
  /** Where Node.js ends its search for a package.json: one further up may forbid modules, or may not be read. */
  readonly packageFile: string;
}

/** Where the private copies of this process's runs lie. What a killed process left behind is removed at the start. */
export class RunDirectories {
  private constructor(readonly path: string) {}

  static async open(parent = tmpdir()): Promise<RunDirectories> {
    if (process.getuid?.() === 0) await mustLetOthersThrough(parent);
    await removeLeftBehind(parent);
    const path = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
    // Another user, under whose id a run may be, gets through to its own directory and sees no other name.
    await chmod(path, 0o711);
    return new RunDirectories(path);
  }

  /** Writes the private copy of a run. Throws UnsafePathError before anything is written. */
  async make(files: readonly SandboxFile[], tools: readonly SandboxFile[], user: SandboxUser | null) {
    const [safeFiles, safeTools] = [files, tools].map((list) =>
      list.map((file) => ({ ...file, path: safePath(file.path) })),
    );
    const path = await mkdtemp(join(this.path, 'run-'));
    const directory: RunDirectory = {
      path,
      work: join(path, 'work'),
      tools: join(path, 'tools'),
      tmp: join(path, 'tmp'),
      packageFile: join(path, 'package.json'),
    };
    try {
      await writeTree(directory.work, safeFiles ?? [], user);
      await writeTree(directory.tools, safeTools ?? [], null);
      await writeTree(directory.tmp, [], user);
      await writeFile(directory.packageFile, '{}', { flag: 'wx', mode: 0o644 });
      if (user) await chown(path, user.uid, user.gid);
      return directory;
    } catch (error) {
      await this.remove(directory);
      throw error;
    }
  }

  /** Nothing of the run may be alive any more. Safe to repeat. */
  async remove(directory: RunDirectory): Promise<void> {
    await removeTree(directory.path);
  }

  async close(): Promise<void> {
    await removeTree(this.path);
  }
}

/** As root the server gives its runs users of their own, and these have to get to their directories. */
async function mustLetOthersThrough(directory: string): Promise<void> {
  for (let path = await realpath(directory); path !== '/'; path = dirname(path)) {
    if (((await lstat(path)).mode & 0o001) !== 0) continue;
    const reason = `the temporary directory ${directory} is closed to the users that code runs as (at ${path})`;
    throw new SandboxUnavailableError(reason, 'Set TMPDIR to a directory that is open to all users, such as /tmp.');
  }
}

async function writeTree(root: string, files: readonly SandboxFile[], owner: SandboxUser | null): Promise<void> {
  const own = async (path: string) => (owner ? chown(path, owner.uid, owner.gid) : undefined);
  const made = new Set<string>();
  const makeDirectory = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    made.add(path);
    if (path !== root) await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o755 });
    await own(path);
  };
  await makeDirectory(root);
  for (const { path, content } of files) {
    const target = join(root, path);
    await makeDirectory(dirname(target));
    await writeFile(target, content, { flag: 'wx', mode: 0o644 });
    await own(target);
  }
}

/** Removes a directory whatever rights its own directories were left with. Follows no link. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await openDirectories(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openDirectories(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openDirectories(join(path, name));
}

async function removeLeftBehind(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    const owner = await lstat(path).catch(() => null);
    // Only a real directory of our own: anybody may put a name into the common temporary directory.
    if (owner?.isDirectory() && owner.uid === process.getuid?.()) await removeTree(path).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
