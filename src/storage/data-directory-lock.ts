import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failureOf } from './failure.ts';
import { diagnosed } from './file-identity.ts';
import { makePrivateFile } from './private-files.ts';
import { DataDirectoryLockedError, toError } from './storage.errors.ts';

const LOCK_FILE = 'server.lock';

export interface DataDirectoryLock {
  /** Frees the directory for the next server. Safe to repeat. */
  release(): Promise<void>;
}

/**
 * Makes this process the only server on a data directory until it releases the lock or ends: the operating system
 * frees it, whatever the process died of. Rejects with DataDirectoryLockedError or StoreUnavailableError.
 */
export function lockDataDirectory(directory: string): Promise<DataDirectoryLock> {
  return Promise.resolve().then(() => {
    const path = join(directory, LOCK_FILE);
    const connection = hold(path, directory);
    return {
      release: () => {
        if (connection.isOpen) connection.close();
        return Promise.resolve();
      },
    };
  });
}

/** An exclusive transaction that never commits: SQLite's file lock is what holds. */
function hold(path: string, directory: string): DatabaseSync {
  let connection: DatabaseSync | undefined;
  try {
    makePrivateFile(path);
    connection = new DatabaseSync(path, { timeout: 0 });
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return connection;
  } catch (error) {
    connection?.close();
    const failure = diagnosed(failureOf(error), path);
    if (failure.kind === 'unavailable' && failure.problem === 'locked') throw new DataDirectoryLockedError(directory);
    throw toError(failure, path);
  }
}
