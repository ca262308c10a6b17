export type Isolation = 'bwrap' | 'landlock' | 'process';

export interface SandboxFile {
  /** Relative, with '/'; checked by safePath before anything is written. */
  readonly path: string;
  readonly content: string;
}

export interface SandboxLimits {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly fileBytes: number;
  /** Bytes of output that are kept; the rest is counted and dropped. */
  readonly outputBytes: number;
}

export interface SandboxCommand {
  /** The private copy of the workspace that the command sees as its working directory. */
  readonly files: readonly SandboxFile[];
  /** argv: an interpreter the sandbox knows (`node`, `python3`) and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly limits?: Partial<SandboxLimits>;
  readonly signal?: AbortSignal;
  /** Output of both streams as it comes, up to the limit. */
  readonly onOutput?: (chunk: string) => void;
  /** Relative paths that are read back after the run: regular files only, size-limited. */
  readonly collect?: readonly string[];
}

export interface SandboxResult {
  readonly exitCode: number | null;
  /** Why the process tree was ended from outside, or null when it ended by itself. */
  readonly ended: 'timeout' | 'memory' | 'aborted' | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputBytesCut: number;
  readonly durationMs: number;
  readonly isolation: Isolation;
  /** Content by path of what `collect` named and the run left behind. */
  readonly collected: Readonly<Record<string, string>>;
}

/** Runs a command on a private copy of some files, isolated. Nothing it starts outlives the run. */
export abstract class Sandbox {
  abstract readonly isolation: Isolation;

  abstract run(command: SandboxCommand): Promise<SandboxResult>;
}
