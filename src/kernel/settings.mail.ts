import { z } from 'zod';
import { count } from './setting-forms.ts';

const DOMAIN = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** The settings of the mail that job steps send. */
export const mailSettings = {
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, hostname: /./, error: 'must be an smtp or smtps URL with a host' })
    .optional()
    .meta({
      description:
        'Mail server that send_mail steps hand their mail to: smtp (STARTTLS, port 587) or smtps (TLS from the start, port 465), with user and password where it wants them; unset: the server sends no mail',
      example: 'smtp://taskloom:password@mail.example.com:587',
    }),
  SMTP_PASSWORD: z.string().optional().meta({
    description: 'Password of the user in SMTP_URL, in place of the one there',
    example: 'a-long-random-text',
    secret: true,
  }),
  SMTP_TLS: z.enum(['auto', 'required', 'off']).default('auto').meta({
    description:
      'Encryption on the way to the mail server: required with a valid certificate; auto asks the same of every server but one on this machine, whose TLS is used where it has any; off is none at all and must be chosen on purpose',
    example: 'auto',
  }),
  SMTP_TIMEOUT_MS: count(30_000, 100, 600_000).meta({
    description: 'How long the mail server may be silent, in milliseconds',
    example: 30_000,
  }),
  MAIL_FROM: z.email('must be one mail address').optional().meta({
    description: 'Address that mail of job steps comes from; unset: the server sends no mail',
    example: 'taskloom@example.com',
  }),
  MAIL_ALLOWED_DOMAINS: z
    .string()
    .transform((text, context) => {
      const domains = text.split(',').map((domain) => domain.trim().toLowerCase());
      const wrong = domains.find((domain) => !DOMAIN.test(domain));
      if (wrong !== undefined) context.addIssue(`holds "${wrong}", which is no domain`);
      return domains;
    })
    .optional()
    .meta({
      description:
        'Domains that mail may go to, separated by commas; *.example.com stands for all below it; unset: all',
      example: 'example.com,*.example.com',
    }),
  MAIL_MAX_RECIPIENTS: count(50, 1, 1000).meta({ description: 'Most recipients of one mail', example: 50 }),
  MAIL_MAX_BYTES: count(10_485_760, 1024, 67_108_864).meta({
    description: 'Largest mail with all that is attached, in bytes as it is sent',
    example: 10_485_760,
  }),
};
