import MailComposer from 'nodemailer/lib/mail-composer';
import { domainOf } from './mail-address.ts';

export interface MailAttachment {
  readonly filename: string;
  readonly content: Buffer;
  /** Null: as the name says. */
  readonly contentType: string | null;
}

/** A mail whose addresses are checked. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: string | null;
  /** Without line breaks. */
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly attachments: readonly MailAttachment[];
  /** What is in the Message-ID before its domain. */
  readonly name: string;
}

/** The Message-ID of a mail. The same mail has the same one, however often it is sent. */
export function messageIdOf({ name, from }: Pick<Mail, 'name' | 'from'>): string {
  return `<${name}@${domainOf(from)}>`;
}

/** A mail as it goes over the wire (RFC 5322 and MIME); who gets a blind copy does not stand in it. */
export function composeMail(mail: Mail): Promise<Buffer> {
  const { from, to, cc, replyTo, subject, text, html, attachments } = mail;
  const composer = new MailComposer({
    from,
    to: [...to],
    cc: [...cc],
    ...(replyTo === null ? {} : { replyTo }),
    subject,
    text,
    ...(html === null ? {} : { html }),
    messageId: messageIdOf(mail),
    // Nobody is to answer a program with another program. Source: RFC 3834, 5.
    headers: { 'Auto-Submitted': 'auto-generated' },
    attachments: attachments.map(({ filename, content, contentType }) => ({
      filename,
      content,
      contentDisposition: 'attachment',
      ...(contentType === null ? {} : { contentType }),
    })),
    newline: 'win',
    // Whatever stands in a mail came from a job: nothing in it is to be read from this machine or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
