import { types } from 'node:util';
import { AppError, messageOf } from '../../kernel/errors.ts';
import { MailFailedError, MailRefusedError } from '../jobs.errors.ts';
import type { MailServer } from './mail-settings.ts';

/** What is read of an error of the connection. */
interface SmtpError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly permanent?: boolean | undefined;
  readonly recipient?: string | undefined;
}

const MOST_SHOWN = 300;
const MOST_RECIPIENTS_SHOWN = 5;
const wrongCertificate = /CERT|SIGNATURE|ISSUER/;

export function serverName({ host, port }: Pick<MailServer, 'host' | 'port'>): string {
  return `${host}:${port}`;
}

/** What went wrong in the words of a step: for good (MailRefusedError), or for now (MailFailedError). */
export function deliveryError(server: MailServer, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const name = serverName(server);
  const {
    code,
    originalCode,
    command = '',
    responseCode,
    permanent,
    response,
  }: SmtpError = isSmtpError(error) ? error : { message: messageOf(error) };
  // What it says of a login may repeat it.
  if (command.startsWith('AUTH')) {
    const problem = `it did not take the user and password of SMTP_URL (${responseCode ?? 'no answer'})`;
    return permanent === false ? new MailFailedError(name, problem) : new MailRefusedError(name, problem);
  }
  if (wrongCertificate.test(originalCode ?? code ?? '')) {
    const cure = 'correct the host in SMTP_URL, or name its authority in NODE_EXTRA_CA_CERTS';
    return new MailRefusedError(name, `its certificate is not valid (${originalCode ?? code}): ${cure}`);
  }
  if (command === 'STARTTLS' && permanent) {
    return new MailRefusedError(name, 'it speaks no TLS: use another, or set SMTP_TLS=off on purpose');
  }
  const problem = response === undefined ? messageOf(error) : shown(response);
  // Too large by what the server said of itself: it was not even asked.
  const isTooLarge = code === 'EMESSAGE' && response === undefined;
  return permanent || isTooLarge ? new MailRefusedError(name, problem) : new MailFailedError(name, problem);
}

/** Some recipients were refused; it is for good as soon as one of them is. */
export function recipientsError(server: MailServer, refused: readonly SmtpError[], asked: number): AppError {
  const lines = refused
    .slice(0, MOST_RECIPIENTS_SHOWN)
    .map(({ recipient, response, message }) => `${recipient ?? 'one'}: ${shown(response ?? message)}`);
  const more = refused.length > lines.length ? ` and ${refused.length - lines.length} more` : '';
  const others = asked > refused.length ? '; nobody was sent it' : '';
  const problem = `it refused ${lines.join(', ')}${more}${others}`;
  const isForGood = refused.some(({ permanent }) => permanent);
  return isForGood
    ? new MailRefusedError(serverName(server), problem)
    : new MailFailedError(serverName(server), problem);
}

/** What a server said, on one line. */
export function shown(response: string): string {
  return response
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MOST_SHOWN);
}

function isSmtpError(error: unknown): error is Error & SmtpError {
  return types.isNativeError(error);
}
