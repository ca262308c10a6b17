import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { ToDo } from '../graph/to-do.ts';
import { composeMail, messageIdOf } from '../mail/compose-mail.ts';
import { deliver } from '../mail/deliver.ts';
import { type MailParams, mailParams, tooLarge } from '../mail/mail-params.ts';
import type { MailSettings } from '../mail/mail-settings.ts';
import { hashOfStep } from '../workflow/filled-step.ts';
import { type ExecutionContext, SchemaExecutor } from './executor.ts';

type Result = {
  readonly messageId: string;
  readonly from: string;
  /** Everybody whom the server took it for. */
  readonly accepted: readonly string[];
  /** What the server said when it took it. */
  readonly response: string;
  readonly bytes: number;
};

/** The action of a step that sends mail. */
export const SEND_MAIL = 'send_mail';

/**
 * Hands a mail to the configured server. A repeated attempt carries the same Message-ID, which follows from job, step and
 * what is sent: whoever gets it twice, as the server was killed in between, can tell.
 */
export class MailExecutor extends SchemaExecutor<MailParams, Result> {
  override readonly action = SEND_MAIL;
  override readonly description =
    'Sends a mail; params: to, cc, bcc (addresses), replyTo, subject, text, html, attachments (filename with content, or result: the whole result of an http or code step). Result: messageId, accepted, response';
  override readonly timeoutMs = 120_000;
  protected override readonly schema: z.ZodType<MailParams>;

  constructor(private readonly settings: MailSettings) {
    super();
    this.schema = mailParams(settings);
  }

  protected override async perform(params: MailParams, context: ExecutionContext, step: ToDo): Promise<Result> {
    const { server, from, maxBytes } = this.settings;
    const { to, cc, bcc, replyTo = null, subject, text, html = null, attachments } = params;
    const name = createHash('sha256')
      .update(JSON.stringify([context.jobId ?? '', step.id, hashOfStep(step)]))
      .digest('hex')
      .slice(0, 40);
    const mail = { from, to, cc, bcc, replyTo, subject, text, html, attachments, name };
    const message = await composeMail(mail);
    if (message.length > maxBytes) {
      throw new InvalidInputError([{ path: `${step.id}.params`, message: tooLarge(message.length, maxBytes) }]);
    }
    const recipients = recipientsOf(params);
    const { accepted, response } = await deliver(server, { from, recipients, message }, context.signal);
    return { messageId: messageIdOf(mail), from, accepted, response, bytes: message.length };
  }

  protected override judge(params: MailParams, { accepted, response }: Result): string | null {
    const missing = recipientsOf(params).filter((address) => !accepted.includes(address));
    if (missing.length > 0) return `the server did not take it for ${missing.join(', ')}`;
    return response.startsWith('2') ? null : `the server said ${response}`;
  }
}

function recipientsOf({ to, cc, bcc }: MailParams): readonly string[] {
  return [...new Set([...to, ...cc, ...bcc])];
}

/** Why a step that sends mail cannot be taken where mail is not configured. */
export function noMail(missing: readonly string[]): string {
  return `sends mail, and this server has no mail server: set ${missing.join(' and ')}, or register an agent that does it`;
}
