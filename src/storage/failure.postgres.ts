import { DatabaseError } from 'pg';
import { messageOf, systemCodeOf } from '../kernel/errors.ts';
import { GuardRefusal } from './failure.ts';
import type { Failure, StoreProblem } from './failure.ts';

/** Classes and codes of errors, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const problems: readonly (readonly [prefix: string, problem: StoreProblem])[] = [
  ['53100', 'diskFull'],
  ['53', 'unreachable'],
  ['25006', 'readOnly'],
  ['28', 'permission'],
  ['42501', 'permission'],
  ['3D000', 'missing'],
  ['55P03', 'locked'],
  ['40', 'locked'],
  ['57P', 'unreachable'],
  ['57014', 'locked'],
  ['08', 'unreachable'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
  ['58', 'io'],
];

const LOST_CONNECTION =
  /connection terminated|connection ended|client was closed|timeout exceeded when trying to connect/i;

/** What a thrown value means. Anything that the server or the way to it is not to blame for is a `statement` failure. */
export function failureOfPostgres(error: unknown): Failure {
  if (error instanceof GuardRefusal) return error.failure;
  const message = messageOf(error);
  const problem = problemOf(error, message);
  return problem ? { kind: 'unavailable', problem, message } : { kind: 'statement', message };
}

function problemOf(error: unknown, message: string): StoreProblem | null {
  if (error instanceof DatabaseError) {
    const { code = '' } = error;
    return problems.find(([prefix]) => code.startsWith(prefix))?.[1] ?? null;
  }
  // A socket's own error: ECONNREFUSED, ECONNRESET, ENOTFOUND …
  if (systemCodeOf(error) !== undefined || LOST_CONNECTION.test(message)) return 'unreachable';
  return null;
}
