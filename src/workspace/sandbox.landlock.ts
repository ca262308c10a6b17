import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdsMoreThan } from './disk-usage.ts';
import { GroupGuardian } from './group-guardian.ts';
import type { LandlockPlan } from './landlock-plan.ts';
import { type EndedRun, LocalSandbox, parametersOf, type PreparedRun, sandboxEnvironment } from './sandbox.local.ts';
import { seccompFilter } from './seccomp.ts';
import type { Launch } from './supervise.ts';
import { rootDirectories, systemDirectories, systemFiles } from './system-directories.ts';
import { SandboxFailedError, SandboxUnavailableError } from './workspace.errors.ts';

const OPEN_FILES = 1024;
const STATUS_BYTES = 4096;
/** An interpreter asks for far more than it uses; the watch counts what is used, this only stops the absurd. */
const DATA_SLACK_BYTES = 2 * 2 ** 30;
const DISK_INTERVAL_MS = 300;

const launcher = fileURLToPath(new URL(`./landlock.launcher${extname(import.meta.url)}`, import.meta.url));

/**
 * Landlock and seccomp, set up by a launcher that then becomes the command: needs nothing installed. The private copy
 * lies on disk; there are no sockets at all, and the process group holds everything that the run starts.
 */
export class LandlockSandbox extends LocalSandbox {
  readonly isolation = 'landlock';
  private readonly guardian = new GroupGuardian();

  describe() {
    const detail = 'Landlock and seccomp: a private copy on disk, no sockets, nothing else readable';
    return { isolation: this.isolation, detail } as const;
  }

  override async close(): Promise<void> {
    await super.close();
    this.guardian.close();
  }

  protected override get collectBytes(): number {
    return STATUS_BYTES;
  }

  protected launch(run: PreparedRun): Promise<{ launch: Launch }> {
    const { limits, directory, interpreter } = run;
    const path = [dirname(interpreter.path), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
    const launch: Launch = {
      file: process.execPath,
      parameters: ['--disable-warning=ExperimentalWarning', launcher, JSON.stringify(planOf(run))],
      environment: sandboxEnvironment(path, directory.work, directory.tmp),
      directory: directory.work,
      // The launcher changes the user itself, when it has read what that user may not.
      user: null,
      descriptors: ['pipe'],
      overDisk: atMostEvery(DISK_INTERVAL_MS, () => holdsMoreThan(directory.path, limits.diskBytes)),
      onStarted: (pid) => this.guardian.add(pid),
      onEnded: (pid) => this.guardian.remove(pid),
    };
    return Promise.resolve({ launch });
  }

  protected override collect(run: EndedRun): Promise<Record<string, string>> {
    if (run.extra !== '') throw new SandboxFailedError(`the launcher of Landlock failed: ${run.extra}`);
    return super.collect(run);
  }
}

function planOf({ command, limits, directory, interpreter, user }: PreparedRun): LandlockPlan {
  const filter = seccompFilter('landlocked');
  if (!filter) {
    const cure = 'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap).';
    throw new SandboxUnavailableError(`no system call filter is known for ${process.arch}`, cure);
  }
  return {
    parent: process.pid,
    user,
    readable: [
      ...[...systemDirectories, ...rootDirectories, ...systemFiles, ...interpreter.roots],
      ...[directory.tools, directory.packageFile],
    ],
    writable: [directory.work, directory.tmp],
    filter: filter.toString('base64'),
    limits: {
      cpuSeconds: limits.cpuSeconds + 1,
      processes: limits.processes,
      fileBytes: limits.fileBytes,
      dataBytes: 2 * limits.memoryBytes + DATA_SLACK_BYTES,
      openFiles: OPEN_FILES,
    },
    command: [interpreter.path, ...parametersOf(command, directory.tools)],
  };
}

function atMostEvery(intervalMs: number, ask: () => Promise<boolean>): () => Promise<boolean> {
  let next = 0;
  return async () => {
    if (performance.now() < next) return false;
    const answer = await ask();
    next = performance.now() + intervalMs;
    return answer;
  };
}
