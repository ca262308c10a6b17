import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionEnvelope } from 'nodemailer/lib/smtp-connection';
import { MailRefusedError } from '../jobs.errors.ts';
import { deliveryError, recipientsError, serverName, shown } from './delivery-error.ts';
import type { MailServer } from './mail-settings.ts';

export interface Delivery {
  readonly from: string;
  /** Each once, blind copies as well. */
  readonly recipients: readonly string[];
  readonly message: Buffer;
}

/** What the server said when it took the mail. */
export interface Receipt {
  readonly accepted: readonly string[];
  readonly response: string;
}

/**
 * Hands a mail in, over a connection of its own: to all recipients or to none of them. Rejects with MailFailedError where
 * it may work another time, with MailRefusedError where it will not, or with the reason of the signal. Source: RFC 5321.
 */
export async function deliver(server: MailServer, delivery: Delivery, signal: AbortSignal): Promise<Receipt> {
  signal.throwIfAborted();
  const connection = connectionTo(server);
  const broken = Promise.withResolvers<never>();
  const onAbort = () => broken.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  connection.on('error', broken.reject);
  try {
    return await Promise.race([converse(connection, server, delivery), broken.promise]);
  } catch (error) {
    signal.throwIfAborted();
    throw deliveryError(server, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    connection.close();
  }
}

function connectionTo({ host, port, secure, tls, timeoutMs }: MailServer): SMTPConnection {
  return new SMTPConnection({
    host,
    port,
    secure,
    requireTLS: !secure && tls === 'verified',
    ignoreTLS: tls === 'none',
    tls: { rejectUnauthorized: tls === 'verified', minVersion: 'TLSv1.2' },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 1000,
  });
}

async function converse(
  connection: SMTPConnection,
  server: MailServer,
  { from, recipients, message }: Delivery,
): Promise<Receipt> {
  await called((done) => connection.connect(done));
  const { login } = server;
  if (login) {
    if (!connection.allowsAuth) {
      throw new MailRefusedError(serverName(server), 'it takes no user and password: leave them out of SMTP_URL');
    }
    const { user, password: pass } = login;
    await called((done) => connection.login({ user, pass }, done));
  }
  // The connection keeps its books in the envelope that it is given.
  const books: SMTPConnectionEnvelope = {
    from,
    to: [...recipients],
    size: message.length,
    use8BitMime: true,
    rcptQueue: [],
    rejected: [],
    rejectedErrors: [],
    accepted: [],
  };
  const refusal = () =>
    books.rejectedErrors.length > 0 ? recipientsError(server, books.rejectedErrors, recipients.length) : null;
  try {
    const { accepted, response } = await new Promise<Receipt>((resolve, reject) => {
      connection.send(books, bodyUnless(message, refusal), (error, info) => (error ? reject(error) : resolve(info)));
    });
    return { accepted: [...accepted], response: shown(response) };
  } catch (error) {
    throw refusal() ?? error;
  }
}

/**
 * The mail, which is read once every recipient was answered for. Where one was refused it breaks off instead: a server
 * forgets a mail whose end it never saw, so it goes to nobody. Source: RFC 5321, 4.1.1.4.
 */
function bodyUnless(message: Buffer, refusal: () => Error | null): Readable {
  return new Readable({
    read() {
      const refused = refusal();
      if (refused) return void this.destroy(refused);
      this.push(message);
      this.push(null);
    },
  });
}

function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
