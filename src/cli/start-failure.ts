import { type Configuration, ConfigurationError } from '../kernel/configuration.ts';
import { AppError, messageOf, systemCodeOf } from '../kernel/errors.ts';

/** Why the server did not start, one line for each thing to put right, each with its cure. */
export function startFailure(error: unknown, at: Pick<Configuration, 'HOST' | 'PORT' | 'DATA_DIR'> | null): string[] {
  if (error instanceof ConfigurationError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
  if (error instanceof AppError) return [error.message];
  const place = `${at?.HOST ?? ''}:${at?.PORT ?? ''}`;
  switch (systemCodeOf(error)) {
    case 'EADDRINUSE':
      return [`Another program listens on ${place}: end it, or set PORT to another port (PORT=0 takes a free one).`];
    case 'EACCES':
    case 'EPERM':
      return isListening(error)
        ? [`This user may not listen on ${place}: set PORT to 1024 or above.`]
        : [`${messageOf(error)}: give this user the right to write there, or set DATA_DIR to another directory.`];
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EROFS':
      return [`${messageOf(error)}: set DATA_DIR to a directory that can be made and written (now ${at?.DATA_DIR}).`];
    case 'ENOSPC':
      return [`${messageOf(error)}: the disk is full. Free some space, or set DATA_DIR to another disk.`];
    default:
      return [`${messageOf(error)} (LOG_LEVEL=debug shows where.)`];
  }
}

function isListening(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'bind');
}
