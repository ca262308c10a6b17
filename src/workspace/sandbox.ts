/** `none` runs nothing at all: no isolation works here, and none was given up on purpose. */
export type Isolation = 'bwrap' | 'landlock' | 'process' | 'none';

export interface SandboxFile {
  /** Relative, with '/'; checked by safePath before anything is written. */
  readonly path: string;
  readonly content: string;
}

export interface SandboxLimits {
  readonly wallMs: number;
  /** Of the whole process tree together. */
  readonly cpuSeconds: number;
  /** Resident memory that is no file's, of the whole process tree together. */
  readonly memoryBytes: number;
  /** Processes and threads at the same time. */
  readonly processes: number;
  /** Size of the largest file. */
  readonly fileBytes: number;
  /** Size of the private copy with everything that the run adds. */
  readonly diskBytes: number;
  /** Bytes of output that are kept; the rest is counted and dropped. */
  readonly outputBytes: number;
}

export interface SandboxCommand {
  /** The private copy of the workspace that the command sees as its working directory. */
  readonly files: readonly SandboxFile[];
  /** Files that the command can read but not change; `{tools}` in an argument stands for their directory. */
  readonly tools?: readonly SandboxFile[];
  /** argv: an interpreter the sandbox knows (`node`, `python3`) and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** What stands on the standard input; it is empty otherwise. */
  readonly input?: string;
  readonly limits?: Partial<SandboxLimits>;
  readonly signal?: AbortSignal;
  /** Output of both streams as it comes, up to the limit. */
  readonly onOutput?: (chunk: string) => void;
  /** Relative paths that are read back after the run: regular files only, size-limited. */
  readonly collect?: readonly string[];
}

/** Why a process tree was ended from outside. */
export type RunEnd = 'timeout' | 'cpu' | 'memory' | 'disk' | 'aborted';

export interface SandboxResult {
  /** Null when a signal ended the command. */
  readonly exitCode: number | null;
  /** Why the process tree was ended from outside, or null when it ended by itself. */
  readonly ended: RunEnd | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputBytesCut: number;
  /** What the command wrote to its file descriptor 3, up to 8 MiB. */
  readonly report: string;
  readonly durationMs: number;
  readonly isolation: Isolation;
  /** Content by path of what `collect` named and the run left behind. */
  readonly collected: Readonly<Record<string, string>>;
}

/** What health shows of a sandbox. */
export interface SandboxDescription {
  readonly isolation: Isolation;
  readonly detail: string;
}

/** Runs a command on a private copy of some files, isolated. Nothing it starts outlives the run. */
export abstract class Sandbox {
  abstract readonly isolation: Isolation;

  /**
   * Resolves however the command ended; at the limit of runs at once it waits for its turn. Rejects with
   * UnsafePathError, InterpreterMissingError, SandboxUnavailableError, or SandboxFailedError where the sandbox failed.
   */
  abstract run(command: SandboxCommand): Promise<SandboxResult>;

  abstract describe(): SandboxDescription;

  /** Ends every run and removes what the sandbox made for itself. Safe to repeat. */
  abstract close(): Promise<void>;
}

const MiB = 2 ** 20;

/** What a run may use where its caller does not say. */
export const defaultLimits: SandboxLimits = Object.freeze({
  wallMs: 60_000,
  cpuSeconds: 120,
  memoryBytes: 1024 * MiB,
  processes: 256,
  fileBytes: 64 * MiB,
  diskBytes: 256 * MiB,
  outputBytes: MiB,
});
