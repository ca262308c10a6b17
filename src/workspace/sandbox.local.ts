import { availableParallelism } from 'node:os';
import { safePath } from './safe-path.ts';
import { collectFiles } from './collect-files.ts';
import { Interpreters, type Interpreter } from './interpreters.ts';
import { RunDirectories, type RunDirectory } from './run-directory.ts';
import { RunSlots } from './run-slots.ts';
import {
  defaultLimits,
  Sandbox,
  type SandboxCommand,
  type SandboxDescription,
  type SandboxLimits,
  type SandboxResult,
} from './sandbox.ts';
import { MAX_SLOTS, sandboxUser, type SandboxUser } from './sandbox-user.ts';
import { type Launch, supervise } from './supervise.ts';
import { SandboxUnavailableError } from './workspace.errors.ts';

export interface LocalSandboxOptions {
  /** Runs at the same time; default: as many as there are processors. */
  readonly concurrency?: number;
  /** Where private copies are made; default: the system's temporary directory. */
  readonly directory?: string;
}

/** A run whose files lie ready. */
export interface PreparedRun {
  readonly command: SandboxCommand;
  readonly limits: SandboxLimits;
  readonly directory: RunDirectory;
  readonly interpreter: Interpreter;
  readonly user: SandboxUser | null;
}

/** A run of which nothing is alive any more, and what it wrote to the tier's own descriptor. */
export interface EndedRun extends PreparedRun {
  readonly extra: string;
}

/** What all tiers on this machine share: turns, private copies, interpreters, supervision, and leaving nothing behind. */
export abstract class LocalSandbox extends Sandbox {
  private readonly slots: RunSlots;
  private readonly running = new Set<Promise<unknown>>();
  private readonly closed = new AbortController();
  private opened: Promise<{ directories: RunDirectories; interpreters: Interpreters }> | null = null;

  constructor(private readonly options: LocalSandboxOptions = {}) {
    super();
    this.slots = new RunSlots(Math.min(options.concurrency ?? availableParallelism(), MAX_SLOTS));
  }

  abstract override describe(): SandboxDescription;

  override run(command: SandboxCommand): Promise<SandboxResult> {
    if (this.closed.signal.aborted) {
      return Promise.reject(new SandboxUnavailableError('the server is shutting down', 'Start it again.'));
    }
    const ended = command.signal ? AbortSignal.any([command.signal, this.closed.signal]) : this.closed.signal;
    const run = this.runInTurn({ ...command, signal: ended });
    this.running.add(run);
    const forget = () => this.running.delete(run);
    run.then(forget, forget);
    return run;
  }

  override async close(): Promise<void> {
    this.closed.abort(new SandboxUnavailableError('the server is shutting down', 'Start it again.'));
    await Promise.allSettled(this.running);
    const opened = await this.opened?.catch(() => null);
    this.opened = null;
    await opened?.directories.close();
  }

  /** How the tier starts a run. What it opens for it is closed by `ended`. */
  protected abstract launch(
    run: PreparedRun,
  ): Promise<{ readonly launch: Launch; readonly ended?: () => Promise<void> }>;

  /** Reads back what the command asks for. */
  protected collect({ directory, command }: EndedRun): Promise<Record<string, string>> {
    return collectFiles(directory.work, command.collect ?? []);
  }

  protected get collectBytes(): number {
    return 0;
  }

  private async runInTurn(command: SandboxCommand): Promise<SandboxResult> {
    for (const path of command.collect ?? []) safePath(path);
    const { directories, interpreters } = await this.open();
    const slot = await this.slots.take(command.signal);
    try {
      const user = sandboxUser(slot);
      const interpreter = await interpreters.find(command.command[0]);
      const directory = await directories.make(command.files, command.tools ?? [], user);
      try {
        const limits = { ...defaultLimits, ...command.limits };
        return await this.runPrepared({ command, limits, directory, interpreter, user });
      } finally {
        await directories.remove(directory);
      }
    } finally {
      this.slots.release(slot);
    }
  }

  private async runPrepared(run: PreparedRun): Promise<SandboxResult> {
    const { launch, ended } = await this.launch(run);
    try {
      const { extra, ...outcome } = await supervise(launch, run.command, run.limits, this.collectBytes);
      const collected = await this.collect({ ...run, extra });
      return { ...outcome, isolation: this.isolation, collected };
    } finally {
      await ended?.();
    }
  }

  private open() {
    this.opened ??= RunDirectories.open(this.options.directory).then((directories) => ({
      directories,
      interpreters: new Interpreters(sandboxUser(0), directories.path),
    }));
    return this.opened;
  }
}

/** The arguments of a command with the directory of its tools filled in. */
export function parametersOf({ command: [, ...parameters] }: SandboxCommand, tools: string): string[] {
  return parameters.map((parameter) => parameter.replaceAll('{tools}', tools));
}

/** All that a command sees of an environment. */
export function sandboxEnvironment(path: string, home: string, tmp: string): Record<string, string> {
  return {
    PATH: path,
    HOME: home,
    TMPDIR: tmp,
    LANG: 'C.UTF-8',
    CI: '1',
    NO_COLOR: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONSAFEPATH: '1',
  };
}
