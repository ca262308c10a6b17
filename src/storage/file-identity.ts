import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import type { Failure, StoreProblem } from './failure.ts';

/** Remembers which file was opened, so that a deleted or replaced one is noticed before anything is written into the void. */
export class FileIdentity {
  private readonly path: string;
  private readonly log: string;
  private readonly inode: string | null;
  private logInode: string | null = null;

  constructor(path: string) {
    this.path = path;
    this.log = `${path}-wal`;
    this.inode = inodeOf(path);
  }

  /** After a commit the log file beside it is open, and stays the same for as long as the connection. Never throws. */
  committed(): void {
    try {
      this.logInode ??= inodeOf(this.log);
    } catch {
      // Nobody can look there any more: the next write says so.
    }
  }

  /** Why nothing may be written now: a file is no longer the one that was opened, or cannot be looked at. Or null. */
  obstacle(): Failure | null {
    try {
      const changed = this.changed();
      if (changed === null) return null;
      return { kind: 'unavailable', problem: 'fileDeleted', message: `${changed} is not the file that was opened` };
    } catch (error) {
      const problem = problems[systemCodeOf(error) ?? ''] ?? 'io';
      return { kind: 'unavailable', problem, message: messageOf(error) };
    }
  }

  private changed(): string | null {
    if (inodeOf(this.path) !== this.inode) return this.path;
    return this.logInode !== null && inodeOf(this.log) !== this.logInode ? this.log : null;
  }
}

function inodeOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.dev}:${stat.ino}` : null;
}

/** The cause words of the operating system's errors; any other is an error of reading or writing. */
const problems: Readonly<Record<string, StoreProblem>> = {
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'readOnly',
  ENOSPC: 'diskFull',
  EDQUOT: 'diskFull',
};

/** Looks at the disk to name the cause where SQLite only says that something did not work. */
export function diagnosed(failure: Failure, path: string): Failure {
  if (failure.kind !== 'unavailable') return failure;
  return { ...failure, problem: diagnose(failure.problem, path) };
}

function diagnose(problem: StoreProblem, path: string): StoreProblem {
  if (problem !== 'io' && problem !== 'permission' && problem !== 'readOnly') return problem;
  const directory = dirname(path);
  try {
    if (!statSync(directory, { throwIfNoEntry: false })) return 'missing';
    if (problem === 'io' && statfsSync(directory).bavail === 0) return 'diskFull';
    for (const place of [directory, path]) accessSync(place, constants.R_OK | constants.W_OK);
    return problem;
  } catch (error) {
    return problems[systemCodeOf(error) ?? ''] ?? problem;
  }
}
