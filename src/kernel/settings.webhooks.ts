import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { count } from './setting-forms.ts';

/** The settings of webhooks. */
export const webhookSettings = {
  WEBHOOK_ALLOWED_NETWORKS: z
    .string()
    .transform((text, context) => {
      const networks = text.split(',').map((network) => network.trim());
      const wrong = networks.find((network) => !ipaddr.isValidCIDR(network));
      if (wrong !== undefined) context.addIssue(`holds ${wrong}, which is no CIDR range`);
      return networks;
    })
    .optional()
    .meta({
      description:
        'Networks that webhooks may send to although they are not public, by http too: CIDR ranges, separated by commas; unset: none, and https only',
      example: '127.0.0.0/8,::1/128,10.1.0.0/16',
    }),
  WEBHOOK_SECRET_KEY: z
    .string()
    .refine(
      (secret) => Buffer.byteLength(secret) >= 32,
      'must have at least 32 bytes: make it by openssl rand -base64 48',
    )
    .optional()
    .meta({
      description:
        'What the secrets of webhooks are sealed with in the database; unset: a key in the file webhook-key in DATA_DIR, which is made at the first start. Several instances on one PostgreSQL need the same text here. What the key of that file has sealed is sealed anew when this is set',
      example: 'a-long-random-text-of-at-least-32-bytes',
      secret: true,
    }),
  WEBHOOK_TIMEOUT_MS: count(10_000, 100, 60_000).meta({
    description: 'How long the receiver of a webhook may take to answer, in milliseconds',
    example: 10_000,
  }),
  WEBHOOK_RETRY_MS: count(5000, 10, 3_600_000).meta({
    description:
      'How long to wait before an event is sent again that was not taken, in milliseconds; it doubles from try to try, up to an hour',
    example: 5000,
  }),
  WEBHOOK_DISABLE_AFTER_MS: count(432_000_000, 100, 2_592_000_000).meta({
    description: 'How long a receiver may fail before its webhook is disabled, in milliseconds',
    example: 432_000_000,
  }),
};
