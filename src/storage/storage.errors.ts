import { AppError } from '../kernel/errors.ts';
import type { Failure, StoreProblem } from './failure.ts';

const fileCures: Readonly<Record<StoreProblem, string>> = {
  diskFull: 'the disk is full. Free some space; writing goes on by itself',
  readOnly: 'it can only be read. Make the file, its directory and the file system writable',
  permission: 'this user may not write there. Give it the right to read and write the directory and the files in it',
  fileDeleted:
    'the file was deleted, moved or replaced while it was open. Put the same file back, or restart to use what is there now',
  missing: 'its directory does not exist. Create it, or set DATA_DIR to one that does',
  locked: 'another process kept it locked for too long. End that process, or try again',
  damaged:
    'it is not an intact SQLite database. It was left as it is: restore it from a backup, or move it away; `taskloom fsck` names what is lost',
  io: 'the disk reported an error. Look at the system log, then try again',
  unreachable: 'it cannot be reached. Try again',
};

const serverCures: Readonly<Record<StoreProblem, string>> = {
  diskFull: "the server's disk is full. Free some space there; writing goes on by itself",
  readOnly: 'the server takes no writes. Connect to the primary server, or make it writable',
  permission:
    'this user is not let in, or may not write there. Set DATABASE_URL to a user, with its password, who may create and change tables there',
  fileDeleted: 'the server has lost a file of it. Look at its log, and restore it from a backup',
  missing: 'there is no such database. Create it (`createdb`), or set DATABASE_URL to one that is there',
  locked: 'the server has no room, or somebody kept it locked for too long. End what keeps it busy, or try again',
  damaged: 'the server finds it damaged. Look at its log, and restore it from a backup',
  io: "the server's disk reported an error. Look at its log, then try again",
  unreachable:
    'the server cannot be reached or has closed the connection. Start it, or set DATABASE_URL to where it is; writing goes on by itself',
};

/** What is said of a store: servers are named by their URL, files by their path. */
function cureOf(store: string, problem: StoreProblem): string {
  return (store.startsWith('postgres://') ? serverCures : fileCures)[problem];
}

/** The database cannot be opened, read or written. Nothing of the refused write was kept; repeat it once the cause is gone. */
export class StoreUnavailableError extends AppError {
  readonly code = 'STORAGE_UNAVAILABLE';
  readonly kind = 'unavailable';
  /** Which cause it is: the word to decide by. */
  override readonly cause: StoreProblem;

  constructor(path: string, problem: StoreProblem, reported: string) {
    super(`The store ${path} is unavailable: ${cureOf(path, problem)}. (${reported})`, { path, cause: problem });
    this.cause = problem;
  }
}

/** A guard of a write found another state than it allows. Nothing of that write was kept. */
export class GuardFailedError extends AppError {
  readonly code = 'STORAGE_GUARD_FAILED';
  readonly kind = 'conflict';

  /** The name of the guard that refused. */
  readonly guard: string;

  constructor(guard: string, expected: number, changed: number) {
    super(`Guard ${guard} refused the write: it expects ${expected} changed rows and found ${changed}.`, {
      guard,
      expected,
      changed,
    });
    this.guard = guard;
  }
}

/** SQL that does not fit the schema or breaks one of its constraints: a mistake in the program. Nothing of that write was kept. */
export class StatementFailedError extends AppError {
  readonly code = 'STORAGE_STATEMENT_FAILED';
  readonly kind = 'internal';

  constructor(reported: string) {
    super(`A statement was refused by the database: ${reported}.`);
  }
}

/** The database was written by a newer version of the program. It was not touched. */
export class DatabaseTooNewError extends AppError {
  readonly code = 'STORAGE_DATABASE_TOO_NEW';
  readonly kind = 'unavailable';

  constructor(path: string, module: string, known: number, found: number) {
    super(
      `The store ${path} was written by a newer version: its ${module} tables are at migration ${found}, ` +
        `this version knows ${known}. Start the newer version, or restore a backup made before the update.`,
      { path, module, known, found },
    );
  }
}

/** A database that can be reached, or an address of one, which is not of the kind that is needed. Nothing was written. */
export class DatabaseUnfitError extends AppError {
  readonly code = 'STORAGE_DATABASE_UNFIT';
  readonly kind = 'unavailable';

  constructor(database: string, problem: string) {
    super(`The database ${database} cannot be used: ${problem}.`, { database, problem });
  }
}

/** The handle was closed, or its writer thread has ended: open the store again. */
export class StoreClosedError extends AppError {
  readonly code = 'STORAGE_CLOSED';
  readonly kind = 'unavailable';

  constructor(path: string, reason = 'it was closed') {
    super(`The store ${path} takes no more work: ${reason}.`, { path });
  }
}

/** Another server runs on the same data directory. */
export class DataDirectoryLockedError extends AppError {
  readonly code = 'STORAGE_DATA_DIRECTORY_LOCKED';
  readonly kind = 'conflict';

  constructor(directory: string) {
    super(
      `Another server is running on the data directory ${directory}: stop it, or set DATA_DIR to another directory.`,
      { directory },
    );
  }
}

/** The error that a failure reported by the writer's thread stands for. */
export function toError(failure: Failure, path: string): AppError {
  switch (failure.kind) {
    case 'unavailable':
      return new StoreUnavailableError(path, failure.problem, failure.message);
    case 'guard':
      return new GuardFailedError(failure.guard, failure.expected, failure.changed);
    case 'newer':
      return new DatabaseTooNewError(path, failure.module, failure.known, failure.found);
    case 'statement':
      return new StatementFailedError(failure.message);
  }
}
