import { z } from 'zod';
import { count } from './setting-forms.ts';

/** The settings of several instances that share one database. */
export const scaleSettings = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis or rediss URL' })
    .optional()
    .meta({
      description:
        'Redis by which several instances on one PostgreSQL tell each other that there is work; unset: each looks four times a second',
      example: 'redis://127.0.0.1:6379',
      secret: true,
    }),
  INSTANCE_TIMEOUT_MS: count(10_000, 200, 600_000).meta({
    description:
      'How long an instance on a shared PostgreSQL may be silent before the others take its tasks over, in milliseconds',
    example: 10_000,
  }),
};
