import { AppError } from '../kernel/errors.ts';

/** A path that does not stay inside a workspace, or that no machine could store. Nothing was written. */
export class UnsafePathError extends AppError {
  readonly code = 'WORKSPACE_UNSAFE_PATH';
  readonly kind = 'invalid';
  /** What is wrong with it, without the path. */
  readonly reason: string;

  constructor(path: string, reason: string) {
    const shown = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
    super(`The path ${shown} cannot be used: ${reason}.`, { path: path.slice(0, 1024), reason });
    this.reason = reason;
  }
}

/** The directory of a workspace could not be read or written. Trying again later is safe. */
export class WorkspaceUnavailableError extends AppError {
  readonly code = 'WORKSPACE_UNAVAILABLE';
  readonly kind = 'unavailable';

  constructor(directory: string, problem: string, options?: ErrorOptions) {
    super(`The workspace ${directory} cannot be used: ${problem}.`, { directory, problem }, options);
  }
}

/** No isolation works on this machine, so no code is run. The message names why, and what to install or set. */
export class SandboxUnavailableError extends AppError {
  readonly code = 'WORKSPACE_SANDBOX_UNAVAILABLE';
  readonly kind = 'unavailable';

  constructor(reason: string, cure: string, options?: ErrorOptions) {
    super(`No code is run: ${reason}. ${cure}`, { reason, cure }, options);
  }
}

/** The sandbox itself failed, not the code in it: a directory that could not be made, a program that did not start. */
export class SandboxFailedError extends AppError {
  readonly code = 'WORKSPACE_SANDBOX_FAILED';
  readonly kind = 'unavailable';

  constructor(problem: string, options?: ErrorOptions) {
    super(`The sandbox could not run the command: ${problem}.`, { problem }, options);
  }
}

/** A command whose program the sandbox does not know, or does not find on this machine. */
export class InterpreterMissingError extends AppError {
  readonly code = 'WORKSPACE_INTERPRETER_MISSING';
  readonly kind = 'unavailable';

  constructor(name: string, problem: string, cure: string) {
    super(`${name} cannot be run: ${problem}. ${cure}`, { name, problem, cure });
  }
}

/** Tests in a language that no runner is defined for. */
export class UnknownLanguageError extends AppError {
  readonly code = 'WORKSPACE_UNKNOWN_LANGUAGE';
  readonly kind = 'invalid';

  constructor(language: string, known: readonly string[]) {
    super(`Tests in ${JSON.stringify(language)} cannot be run: give one of ${known.join(', ')}.`, { language, known });
  }
}

/** A test file that is to be run but is not among the files. */
export class TestFileMissingError extends AppError {
  readonly code = 'WORKSPACE_TEST_FILE_MISSING';
  readonly kind = 'invalid';

  constructor(path: string) {
    super(`The test file ${JSON.stringify(path)} is not among the files of the run: add it to them.`, { path });
  }
}
