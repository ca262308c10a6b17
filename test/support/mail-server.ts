import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Who has logged in. */
  readonly user: string | null;
  readonly secure: boolean;
  readonly raw: string;
  readonly parsed: ParsedMail;
}

/** What the server says instead of yes. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** A mail server that keeps what it takes, and refuses what the test says. */
export class TestMailServer implements AsyncDisposable {
  readonly received: ReceivedMail[] = [];
  /** Every recipient that was asked for, in order. */
  readonly asked: string[] = [];
  /** Called for each recipient and, as `.`, for a whole mail. */
  refuse: (what: string) => Refusal | null = () => null;
  /** Whether it keeps silent once a mail has come. */
  isSilent = false;
  /** Whether it lets nobody in any more. */
  isLocked = false;

  private constructor(
    private readonly server: SMTPServer,
    readonly port: number,
  ) {}

  static async start({
    login = null,
    ...options
  }: SMTPServerOptions & { readonly login?: { readonly user: string; readonly password: string } | null } = {}) {
    const server = new SMTPServer({
      ...(login ? {} : { authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'] }),
      disableReverseLookup: true,
      closeTimeout: 100,
      logger: false,
      onAuth: ({ username, password }, _session, callback) => {
        if (!started.isLocked && username === login?.user && password === login?.password)
          callback(null, { user: username });
        // As chatty as a server can be: what it repeats must not be seen again.
        else callback(failure({ code: 535, text: `not the password: ${password}` }));
      },
      onRcptTo: ({ address }, _session, callback) => {
        started.asked.push(address);
        const refusal = started.refuse(address);
        callback(refusal && failure(refusal));
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.once('end', () => {
          const raw = Buffer.concat(chunks);
          const { mailFrom, rcptTo } = session.envelope;
          const refusal = started.refuse('.');
          if (refusal) return callback(failure(refusal));
          void simpleParser(raw).then((parsed) => {
            started.received.push({
              from: mailFrom ? mailFrom.address : '',
              to: rcptTo.map(({ address }) => address),
              user: typeof session.user === 'string' ? session.user : null,
              secure: session.secure,
              raw: raw.toString('latin1'),
              parsed,
            });
            if (!started.isSilent) callback(null, 'kept');
          });
        });
      },
      ...options,
    });
    // Clients that drop the connection are what some tests are about.
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const started = new TestMailServer(server, (server.server.address() as AddressInfo).port);
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

function failure({ code, text }: Refusal): Error & { responseCode: number } {
  return Object.assign(new Error(text), { responseCode: code });
}
