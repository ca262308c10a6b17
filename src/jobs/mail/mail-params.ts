import { z } from 'zod';
import type { Json } from '../../kernel/json.ts';
import { textOf } from '../graph/references.ts';
import { jsonValue } from '../json-value.ts';
import { isAllowed, readAddress } from './mail-address.ts';
import { attachmentSchema } from './mail-attachments.ts';
import type { MailSettings } from './mail-settings.ts';

const MAX_SUBJECT = 500;
const MAX_ATTACHMENTS = 20;
const NO_ADDRESS = 'give an address such as ann@example.com';

/** The params of a send_mail step under the limits of the settings; see docs/jobs.md. */
export function mailParams({ allowedDomains, maxRecipients, maxBytes }: Omit<MailSettings, 'server' | 'from'>) {
  const problemOf = (address: string | null): string | null => {
    if (address === null) return NO_ADDRESS;
    if (!allowedDomains || isAllowed(address, allowedDomains)) return null;
    return `give one at ${allowedDomains.join(', ')}: MAIL_ALLOWED_DOMAINS names where mail may go to`;
  };
  /** A list, or a text with several separated by commas. */
  const addresses = jsonValue(NO_ADDRESS).transform((given, context): readonly string[] => {
    const isText = typeof given === 'string';
    const parts = isText ? given.split(/[,;]/).filter((part) => part.trim() !== '') : given;
    if (!Array.isArray(parts)) {
      context.addIssue('give an address, or a list of them');
      return z.NEVER;
    }
    // More than would be allowed is not looked at.
    return parts.slice(0, maxRecipients + 1).flatMap((part: Json, index) => {
      const address = typeof part === 'string' ? readAddress(part) : null;
      const message = problemOf(address);
      if (message !== null) context.addIssue({ code: 'custom', path: isText ? [] : [index], message });
      return address === null ? [] : [address];
    });
  });
  return z
    .strictObject({
      to: addresses,
      cc: addresses.default([]),
      bcc: addresses.default([]),
      replyTo: z
        .string()
        .transform((text, context) => {
          const read = readAddress(text);
          if (read === null) context.addIssue(NO_ADDRESS);
          return read ?? z.NEVER;
        })
        .optional(),
      subject: jsonValue()
        .transform(textOf)
        .refine((text) => !/[\p{Cc}\u2028\u2029]/u.test(text), 'give one line without control characters')
        .refine((text) => text.length <= MAX_SUBJECT, `give at most ${MAX_SUBJECT} characters`)
        .default(''),
      text: jsonValue().transform(textOf).default(''),
      html: z.string().optional(),
      attachments: z
        .array(attachmentSchema)
        .max(MAX_ATTACHMENTS)
        .transform((files) => files.flat())
        .default([]),
    })
    .superRefine(({ to, cc, bcc, text, html = '', attachments }, context) => {
      const recipients = new Set([...to, ...cc, ...bcc]).size;
      if (to.length === 0) context.addIssue({ code: 'custom', path: ['to'], message: 'give at least one address' });
      if (recipients > maxRecipients) {
        const message = `give at most ${maxRecipients} recipients in all, or raise MAIL_MAX_RECIPIENTS`;
        context.addIssue({ code: 'custom', path: ['to'], message });
      }
      const bytes = attachments.reduce((sum, { content }) => sum + content.length, text.length + html.length);
      if (bytes > maxBytes) context.addIssue({ code: 'custom', path: [], message: tooLarge(bytes, maxBytes) });
    });
}

export type MailParams = z.infer<ReturnType<typeof mailParams>>;

export function tooLarge(bytes: number, maxBytes: number): string {
  return `has ${bytes} bytes: give at most ${maxBytes} with all that is attached, or raise MAIL_MAX_BYTES`;
}
