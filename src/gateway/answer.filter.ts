import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { Redactor } from '../kernel/redactor.ts';
import { Access } from '../policy/index.ts';
import { acknowledge, errorAnswer, isOurFault } from './answer.ts';

/** Answers a message that failed with its error: an acknowledgement that is asked for always comes. */
@Catch()
export class AnswerFilter implements ExceptionFilter {
  private readonly logger = new Logger('Gateway');

  constructor(
    private readonly redactor: Redactor,
    private readonly access: Access,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const messages = host.switchToWs();
    if (isOurFault(error)) this.logger.error({ err: error }, `message ${messages.getPattern()} failed`);
    const { request, handshake } = messages.getClient<Socket>();
    const { token } = handshake.auth as { readonly token?: unknown };
    const shown = typeof token === 'string' ? token : undefined;
    this.access.refused(error, { request, token: shown, door: 'socket', what: messages.getPattern() });
    const answer = errorAnswer(error, this.redactor);
    if (acknowledge(host.getArgs(), answer)) return;
    // Without an acknowledgement the client would never know.
    messages.getClient<Socket>().emit('system', { level: 'error', ...answer.error });
  }
}
