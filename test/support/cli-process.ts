import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface CliResult {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What stands on standard input. */
  readonly input?: string;
}

/** The built `taskloom` as a process of its own, with an environment that holds only what is given. */
export class CliProcess implements AsyncDisposable {
  readonly ended: Promise<CliResult>;
  private readonly child: ChildProcess;
  private out = '';
  private err = '';
  private readonly watchers = new Set<() => void>();

  constructor(parameters: readonly string[], { env = {}, cwd, input = '' }: CliOptions = {}) {
    const { PATH, HOME, TMPDIR } = process.env;
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...parameters], {
      env: { PATH, HOME, TMPDIR, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
      // A command that hangs fails its own test and does not outlive it.
      timeout: 50_000,
      killSignal: 'SIGKILL',
    });
    this.child = child;
    child.stdin.on('error', () => undefined).end(input);
    child.stdout.on('data', (chunk) => this.add('out', String(chunk)));
    child.stderr.on('data', (chunk) => this.add('err', String(chunk)));
    this.ended = new Promise((resolve) =>
      child.once('close', (exitCode) => {
        this.changed();
        resolve({ exitCode, out: this.out, err: this.err });
      }),
    );
  }

  /** Resolves with the first match in what is printed; rejects when the process ends without. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(`${this.out}\n${this.err}`);
      if (match) return match;
      if (this.child.exitCode !== null) throw new Error(`${pattern} was not printed:\n${this.out}\n${this.err}`);
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it the hard way where the test did not. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended;
  }

  private add(stream: 'out' | 'err', text: string): void {
    this[stream] += text;
    this.changed();
  }

  private changed(): void {
    for (const wake of this.watchers) wake();
    this.watchers.clear();
  }
}

/** Runs `taskloom` to its end. */
export function taskloom(parameters: readonly string[], options?: CliOptions): Promise<CliResult> {
  return new CliProcess(parameters, options).ended;
}

/** The values of JSON Lines; fails on a line that is none. */
export function jsonLines<T = Record<string, unknown>>(text: string): readonly T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
