import { type ChildProcess, spawn } from 'node:child_process';

/** Reads `add` and `del` with a process group; when its input ends, because the server has, it ends what is left. */
const script = `
groups=' '
while read -r word group; do
  case $word in
    add) groups="$groups$group " ;;
    del) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/**
 * A small shell beside the server, for tiers whose processes the kernel does not end with their parent: it ends the
 * process groups that were running when the server is gone, even by SIGKILL.
 */
export class GroupGuardian {
  private shell: ChildProcess | null = null;

  add(group: number): void {
    this.tell(`add ${group}`);
  }

  remove(group: number): void {
    this.tell(`del ${group}`);
  }

  /** Safe to repeat. */
  close(): void {
    this.shell?.stdin?.end();
    this.shell = null;
  }

  private tell(line: string): void {
    const { stdin } = (this.shell ??= this.start());
    stdin?.write(`${line}\n`);
  }

  private start(): ChildProcess {
    // In a session of its own: what ends the server from the terminal must not end it first.
    const shell = spawn('/bin/sh', ['-c', script], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
      cwd: '/',
      detached: true,
    });
    shell.on('error', () => undefined);
    shell.stdin.on('error', () => undefined);
    shell.unref();
    if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') (shell.stdin.unref as () => void)();
    return shell;
  }
}
