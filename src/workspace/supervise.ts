import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import { sleep } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { OutputBudget, OutputCapture } from './output-capture.ts';
import { ProcessTree, programOf } from './process-tree.ts';
import type { RunEnd, SandboxCommand, SandboxLimits } from './sandbox.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { SandboxFailedError } from './workspace.errors.ts';

const WATCH_INTERVAL_MS = 100;
const TERMINATION_GRACE_MS = 500;
const DRAIN_MS = 1000;
const REPORT_BYTES = 8 * 2 ** 20;

/** How a tier starts the command: what the process is, and what the supervisor must know of it. */
export interface Launch {
  readonly file: string;
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user: SandboxUser | null;
  /** File descriptors from 4 on; 3 is the report. 'pipe' at index 0 comes back as `extra`. */
  readonly descriptors?: readonly (number | 'pipe')[];
  /** A program of the tier's own, which is not asked to end but ends with what it guards. */
  readonly guard?: string;
  /** Whether the run uses more disk than it may; asked a few times a second. */
  readonly overDisk?: () => Promise<boolean>;
  readonly onStarted?: (pid: number) => void;
  /** Called when nothing of the process group is left. */
  readonly onEnded?: (pid: number) => void;
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly ended: RunEnd | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputBytesCut: number;
  readonly report: string;
  /** What came over descriptor 4, where the launch asks for it. */
  readonly extra: string;
  readonly durationMs: number;
}

/**
 * Starts a command, feeds and reads it, and ends its whole process tree when it is done, over a limit or aborted:
 * SIGTERM, and SIGKILL half a second later. Resolves once nothing of it is left. Blocks nothing meanwhile.
 */
export async function supervise(
  launch: Launch,
  command: SandboxCommand,
  limits: SandboxLimits,
  extraBytes = 0,
): Promise<Outcome> {
  const startedAt = performance.now();
  const child = start(launch);
  const budget = new OutputBudget(limits.outputBytes);
  const capture = (index: number, bytes: OutputBudget, onText?: (text: string) => void) => {
    const captured = new OutputCapture(bytes, onText);
    (child.stdio[index] as Readable | null | undefined)?.on('data', (chunk: Buffer) => captured.add(chunk));
    return captured;
  };
  const stdout = capture(1, budget, command.onOutput);
  const stderr = capture(2, budget, command.onOutput);
  const report = capture(3, new OutputBudget(REPORT_BYTES));
  const extra = launch.descriptors?.[0] === 'pipe' ? capture(4, new OutputBudget(extraBytes)) : null;
  // A stream that breaks off because the command is gone is no failure of the run.
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  const exit = exitOf(child);
  if (child.pid === undefined) {
    const error = await exit;
    throw new SandboxFailedError(`${launch.file} did not start: ${messageOf(error)}`, { cause: error });
  }
  launch.onStarted?.(child.pid);
  child.stdin?.end(command.input ?? '');
  const run = new RunningTree(child, child.pid, launch, limits);
  try {
    run.watch(command.signal);
    await exit;
  } finally {
    run.stopWatching();
    run.kill();
    launch.onEnded?.(child.pid);
  }
  const durationMs = performance.now() - startedAt;
  await drained(child);
  return {
    // What a tree that was ended from outside exits with says nothing.
    exitCode: run.ended === null ? child.exitCode : null,
    ended: run.ended,
    stdout: stdout.end(),
    stderr: stderr.end(),
    outputBytesCut: budget.cut,
    report: report.end(),
    extra: extra?.end() ?? '',
    durationMs,
  };
}

function start({ file, parameters, environment, directory, user, descriptors = [] }: Launch): ChildProcess {
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', 'pipe', ...descriptors];
  // A session and process group of its own: the group is what is ended.
  return spawn(file, [...parameters], { cwd: directory, env: environment, stdio, detached: true, ...user });
}

/** Resolves when the process is gone, with the error where it never started. */
function exitOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve(null));
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(error);
    });
  });
}

/** What lies in the pipes is read to its end; a process that got away and holds one open is not waited for. */
async function drained(child: ChildProcess): Promise<void> {
  const output = child.stdio.slice(1).filter((stream) => stream !== null && stream !== undefined);
  const closed = Promise.all(
    output.map((stream) => new Promise<void>((resolve) => (stream.closed ? resolve() : stream.once('close', resolve)))),
  );
  const patience = new AbortController();
  await Promise.race([closed, sleep(DRAIN_MS, patience.signal).catch(() => undefined)]);
  patience.abort();
  for (const stream of child.stdio) stream?.destroy();
}

class RunningTree {
  ended: RunEnd | null = null;
  private readonly tree: ProcessTree;
  private readonly stopped = new AbortController();

  constructor(
    private readonly child: ChildProcess,
    private readonly pid: number,
    private readonly launch: Launch,
    private readonly limits: SandboxLimits,
  ) {
    this.tree = new ProcessTree(pid);
  }

  watch(signal?: AbortSignal): void {
    const timer = setTimeout(() => this.end('timeout'), this.limits.wallMs);
    const abort = () => this.end('aborted');
    signal?.addEventListener('abort', abort, { once: true });
    this.stopped.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    });
    if (signal?.aborted) abort();
    void this.measure();
  }

  stopWatching(): void {
    this.stopped.abort();
  }

  /** Ends whatever is left of the process group at once. */
  kill(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nothing is left, which is as it should be.
    }
    this.child.kill('SIGKILL');
  }

  private end(why: RunEnd): void {
    if (this.ended !== null || this.stopped.signal.aborted) return;
    this.ended = why;
    void this.terminate();
  }

  private async terminate(): Promise<void> {
    const killed = sleep(TERMINATION_GRACE_MS, this.stopped.signal).then(
      () => this.kill(),
      () => undefined,
    );
    for (const pid of await this.tree.pids()) {
      if (this.launch.guard !== undefined && programOf(pid) === this.launch.guard) continue;
      if (this.stopped.signal.aborted) break;
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It has ended meanwhile.
      }
    }
    await killed;
  }

  private async measure(): Promise<void> {
    while (!this.stopped.signal.aborted && this.ended === null) {
      const { memoryBytes, cpuSeconds } = await this.tree.usage();
      if (memoryBytes > this.limits.memoryBytes) this.endNow('memory');
      else if (cpuSeconds > this.limits.cpuSeconds) this.end('cpu');
      else if (await this.launch.overDisk?.()) this.endNow('disk');
      await sleep(WATCH_INTERVAL_MS, this.stopped.signal).catch(() => undefined);
    }
  }

  /** Without the grace: in half a second a run can take much more of what it has too much of. */
  private endNow(why: RunEnd): void {
    if (this.ended !== null || this.stopped.signal.aborted) return;
    this.ended = why;
    this.kill();
  }
}
