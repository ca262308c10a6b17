import { constants } from 'node:fs';
import { access, lstat, open, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COLLECT_BYTES } from './collect-files.ts';
import { safePath } from './safe-path.ts';
import { type EndedRun, LocalSandbox, parametersOf, type PreparedRun, sandboxEnvironment } from './sandbox.local.ts';
import { seccompFilter } from './seccomp.ts';
import type { Launch } from './supervise.ts';
import { rootDirectories, systemDirectories, systemFiles } from './system-directories.ts';
import { SandboxUnavailableError } from './workspace.errors.ts';

const INSTALL = 'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap).';
const NODE_DIRECTORY = '/opt/node/bin';
const SCRATCH_BYTES = 64 * 2 ** 20;
const OPEN_FILES = 1024;

/** Copies the workspace into the sandbox and becomes the command. */
const runScript = 'cp -R /src/. . && exec "$@" 4>&-';

/**
 * The same, and then hands back what is asked for: a line each, base64, empty when it is no plain file of its own. By
 * then everything else in the sandbox has been killed, so that nothing can move under the reading.
 */
const collectScript = `cp -R /src/. . || exit 125
"$@" 4>&-
code=$?
kill -9 -1 2>/dev/null
while IFS= read -r file; do
  if [ -f "$file" ] && [ "$(realpath -- "$file")" = "/work/$file" ] && [ "$(stat -c %h -- "$file")" = 1 ]; then
    printf ':'
    head -c ${COLLECT_BYTES + 1} -- "$file" | base64 -w 0
  fi
  echo
done </collect >&4
exit $code`;

/** Bubblewrap: namespaces of its own without a network, a throw-away copy in memory, a read-only system, seccomp. */
export class BwrapSandbox extends LocalSandbox {
  readonly isolation = 'bwrap';
  private system: Promise<readonly string[]> | null = null;

  describe() {
    const detail = 'bubblewrap: own namespaces, no network, a throw-away copy in memory, seccomp';
    return { isolation: this.isolation, detail } as const;
  }

  protected override get collectBytes(): number {
    return 32 * COLLECT_BYTES;
  }

  protected async launch(run: PreparedRun): Promise<{ readonly launch: Launch; readonly ended: () => Promise<void> }> {
    const { command, limits, directory, interpreter, user } = run;
    const wanted = command.collect ?? [];
    const list = join(directory.path, 'collect');
    await writeFile(list, wanted.map((path) => `${safePath(path)}\n`).join(''), { mode: 0o644 });
    const file = await bubblewrap();
    const binds = await (this.system ??= systemBinds());
    const isNode = command.command[0] === 'node';
    const program = isNode ? `${NODE_DIRECTORY}/node` : interpreter.path;
    const path = `${NODE_DIRECTORY}:/usr/local/bin:/usr/bin:/bin`;
    const environment = Object.entries(sandboxEnvironment(path, '/work', '/tmp'));
    const parameters = [
      ...'--die-with-parent --new-session --unshare-user --unshare-pid --unshare-net --unshare-ipc'.split(' '),
      ...'--unshare-uts --unshare-cgroup-try --disable-userns --uid 1000 --gid 1000 --hostname sandbox'.split(' '),
      ...['--cap-drop', 'ALL', '--seccomp', '5', '--clearenv'],
      ...environment.flatMap(([name, value]) => ['--setenv', name, value]),
      ...binds,
      ...['--proc', '/proc', '--dev', '/dev'],
      ...[sizedTmpfs('/dev/shm', SCRATCH_BYTES), sizedTmpfs('/tmp', SCRATCH_BYTES)].flat(),
      ...sizedTmpfs('/work', limits.diskBytes),
      ...(isNode ? ['--ro-bind', interpreter.path, program] : interpreter.roots.flatMap(bindOutsideUsr)),
      ...['--ro-bind', directory.work, '/src', '--ro-bind', directory.tools, '/tools', '--ro-bind', list, '/collect'],
      ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/work', '--'],
      ...['/bin/sh', '-c', wanted.length > 0 ? collectScript : runScript, 'sh'],
      ...['prlimit', `--nproc=${limits.processes}`, `--fsize=${limits.fileBytes}`, `--nofile=${OPEN_FILES}`],
      ...['--core=0', `--cpu=${limits.cpuSeconds + 1}`, '--', program],
      ...parametersOf(command, '/tools'),
    ];
    // Last, as nothing that fails from here on would leave it open.
    const filter = await this.openFilter(directory.path);
    const launch: Launch = {
      file,
      parameters,
      environment: {},
      directory: '/',
      user,
      descriptors: ['pipe', filter.fd],
      guard: 'bwrap',
    };
    return { launch, ended: () => filter.close() };
  }

  protected override collect({ command, extra }: EndedRun): Promise<Record<string, string>> {
    const lines = extra.split('\n');
    const found = (command.collect ?? []).flatMap((path, index): [string, string][] => {
      const line = lines[index];
      if (!line?.startsWith(':')) return [];
      const content = Buffer.from(line.slice(1), 'base64');
      return content.length > COLLECT_BYTES ? [] : [[safePath(path), content.toString('utf8')]];
    });
    return Promise.resolve(Object.fromEntries(found));
  }

  private async openFilter(directory: string) {
    const filter = seccompFilter('namespaced');
    if (!filter) throw new SandboxUnavailableError(`no system call filter is known for ${process.arch}`, INSTALL);
    const path = join(directory, 'seccomp');
    await writeFile(path, filter);
    return open(path);
  }
}

let found: string | null = null;

async function bubblewrap(): Promise<string> {
  if (found !== null) return found;
  for (const path of ['/usr/bin/bwrap', '/usr/local/bin/bwrap', '/bin/bwrap']) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return (found = path);
  }
  throw new SandboxUnavailableError('bubblewrap is not installed', INSTALL);
}

/** The system, read-only: programs and libraries, and of /etc only what they need to start. */
async function systemBinds(): Promise<readonly string[]> {
  const links = await Promise.all(
    rootDirectories.map(async (path) => {
      const stat = await lstat(path).catch(() => null);
      if (!stat) return [];
      return stat.isSymbolicLink() ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
    }),
  );
  const optional = [...systemDirectories, ...systemFiles].flatMap((path) => ['--ro-bind-try', path, path]);
  return [...optional, ...links.flat()];
}

function bindOutsideUsr(path: string): string[] {
  return path === '/usr' || path.startsWith('/usr/') ? [] : ['--ro-bind', path, path];
}

function sizedTmpfs(path: string, bytes: number): string[] {
  return ['--size', String(bytes), '--tmpfs', path];
}
