import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'socket.io';
import { AppError } from '../kernel/errors.ts';
import type { Redactor } from '../kernel/redactor.ts';
import { type Access, isForwarded, KeyMissingError } from '../policy/index.ts';
import { errorAnswer } from './answer.ts';

/** What Socket.IO tells a client whose connection is refused: `message`, and as `data` code, message and details. */
class HandshakeError extends Error {
  constructor(readonly data: ReturnType<typeof errorAnswer>['error']) {
    super(data.message);
  }
}

/** Finds out who connects, by the `token` in the auth of the handshake, and refuses who may not with a typed error. */
export class Handshake {
  private readonly forwarded = new WeakSet<IncomingMessage>();

  constructor(
    private readonly access: Access,
    private readonly redactor: Redactor,
    private readonly report: (error: unknown) => void,
  ) {}

  /** Call before anything of the request is forgotten. */
  arrived(request: IncomingMessage): void {
    if (isForwarded(request.headers)) this.forwarded.add(request);
  }

  guard(server: Server): void {
    server.use((socket, next) => {
      this.enter(socket).then(
        () => next(),
        (error: unknown) => this.refuse(socket, error, next),
      );
    });
  }

  private async enter({ handshake, request }: Socket): Promise<void> {
    const { token } = handshake.auth as { readonly token?: unknown };
    const caller = await this.access.admit(request, {
      token: typeof token === 'string' ? token : undefined,
      isForwarded: this.forwarded.has(request),
      // The door has put its hash there.
      address: () => handshake.address,
      otherTokens: 'ignore',
    });
    if (!caller) throw new KeyMissingError();
  }

  private refuse(socket: Socket, error: unknown, next: (error: Error) => void): void {
    if (!(error instanceof AppError)) this.report(error);
    const { handshake, request } = socket;
    const { token } = handshake.auth as { readonly token?: unknown };
    const shown = typeof token === 'string' ? token : undefined;
    this.access.refused(error, { request, token: shown, door: 'socket', what: 'connect' });
    next(new HandshakeError(errorAnswer(error, this.redactor).error));
    // After the refusal is out: nobody has to wait for the end of a connection that is good for nothing.
    setImmediate(() => socket.conn.close());
  }
}
