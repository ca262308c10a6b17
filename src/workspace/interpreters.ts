import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, copyFile, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { SandboxUser } from './sandbox-user.ts';
import { InterpreterMissingError } from './workspace.errors.ts';

/** A program that code is run with, where it lies, and the directories it must be able to read. */
export interface Interpreter {
  readonly path: string;
  readonly roots: readonly string[];
}

const PROBE_TIMEOUT_MS = 10_000;
const pythonProbe = 'import json, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix]))';

/** Finds the interpreters on this machine once, as the user that code will run as can start them. */
export class Interpreters {
  private readonly found = new Map<string, Promise<Interpreter>>();

  constructor(
    private readonly user: SandboxUser | null,
    /** Where the server's own Node.js is copied to when that user cannot reach it. */
    private readonly copies: string,
    private readonly searchPath = [process.env.PATH, '/usr/bin', '/usr/local/bin'].join(delimiter),
  ) {}

  /** Rejects with InterpreterMissingError that names the cure. */
  find(name: string): Promise<Interpreter> {
    const known = this.found.get(name);
    if (known) return known;
    const search = this.search(name);
    this.found.set(name, search);
    // What is missing now may be installed later: ask again then.
    search.catch(() => this.found.delete(name));
    return search;
  }

  private search(name: string): Promise<Interpreter> {
    if (name === 'node') return this.node();
    if (name === 'python3') return this.python();
    const cure = 'The sandbox knows node and python3.';
    return Promise.reject(new InterpreterMissingError(name, 'it is no interpreter the sandbox knows', cure));
  }

  private async node(): Promise<Interpreter> {
    const path = await realpath(process.execPath);
    if (await this.starts(path, ['--version'])) return { path, roots: [path] };
    // Installed below a home directory that is closed to others: they get a copy.
    const copy = join(this.copies, 'node');
    await access(copy).catch(async () => {
      await copyFile(path, copy, constants.COPYFILE_FICLONE);
      await chmod(copy, 0o555);
    });
    if (await this.starts(copy, ['--version'])) return { path: copy, roots: [copy] };
    const cure = `Give every user the right to execute ${path}, or a TMPDIR that allows executables.`;
    throw new InterpreterMissingError('node', `the user that code runs as cannot start ${path}`, cure);
  }

  private async python(): Promise<Interpreter> {
    const directories = this.searchPath.split(delimiter).filter((directory) => directory.startsWith('/'));
    for (const candidate of new Set(directories.map((directory) => join(directory, 'python3')))) {
      const answer = await this.output(candidate, ['-I', '-c', pythonProbe]);
      if (answer === null) continue;
      const [path = candidate, ...prefixes] = JSON.parse(answer) as string[];
      return { path, roots: [...new Set(prefixes)] };
    }
    const cure = 'Install Python 3 (Debian, Ubuntu: apt-get install python3) and try again: no restart is needed.';
    throw new InterpreterMissingError('python3', 'no python3 on the PATH can be started', cure);
  }

  private async starts(path: string, parameters: string[]): Promise<boolean> {
    return (await this.output(path, parameters)) !== null;
  }

  private output(path: string, parameters: string[]): Promise<string | null> {
    const options = { cwd: '/', env: {}, timeout: PROBE_TIMEOUT_MS, ...this.user };
    return new Promise((resolve) => {
      execFile(path, parameters, options, (error, stdout) => resolve(error ? null : stdout));
    });
  }
}
