import { messageOf } from '../kernel/errors.ts';
import { type Failure, GuardRefusal, type StoreProblem } from './failure.ts';

/** SQLSTATE codes and their classes, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const problems: Readonly<Record<string, StoreProblem>> = {
  '08': 'unreachable',
  '25006': 'readOnly',
  '25P03': 'unreachable',
  '28': 'permission',
  '3D000': 'missing',
  '40': 'locked',
  '42501': 'permission',
  '53': 'locked',
  '53100': 'diskFull',
  '55P03': 'locked',
  '57014': 'locked',
  '57P': 'unreachable',
  '58': 'io',
  XX001: 'damaged',
  XX002: 'damaged',
};

/** Node's codes for a server that is not there, or not any more. */
const CONNECTION = /^E(CONN|NOTFOUND|AI_AGAIN|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOENT|ACCES)/;
const CONNECTION_MESSAGE =
  /^(Connection terminated|The server does not support SSL|timeout exceeded|Query read timeout|Client has encountered|Client was closed|Cannot use a pool)/i;
/** The way is there, but not as safe as the URL asks for. */
const INSECURE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY))/;
/** The driver's own words where the server asks for a password and there is none, or it proves to be another server. */
const REFUSED_MESSAGE = /^SASL: /;
const NO_SPACE_LEFT = /no space left|disk is full/i;

/** What a thrown value means. Anything that neither the server nor the way to it is to blame for is a `statement` failure. */
export function postgresFailureOf(error: unknown): Failure {
  if (error instanceof GuardRefusal) return error.failure;
  const message = textOf(error);
  const problem = problemOf(codeOf(error), message);
  return problem ? { kind: 'unavailable', problem, message } : { kind: 'statement', message };
}

function problemOf(code: string, message: string): StoreProblem | null {
  if (CONNECTION.test(code) || INSECURE.test(code) || CONNECTION_MESSAGE.test(message)) return 'unreachable';
  if (REFUSED_MESSAGE.test(message)) return 'permission';
  const problem = problems[code] ?? problems[code.slice(0, 3)] ?? problems[code.slice(0, 2)] ?? null;
  return problem === 'io' && NO_SPACE_LEFT.test(message) ? 'diskFull' : problem;
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** A host with several addresses fails with one error for each, and no message of its own. */
function textOf(error: unknown): string {
  const several = typeof error === 'object' && error !== null && 'errors' in error ? error.errors : undefined;
  return Array.isArray(several) && several.length > 0 ? messageOf(several[0]) : messageOf(error) || codeOf(error);
}
