import { z } from 'zod';
import { readAllowedHosts, readOrigins } from './hosts.ts';
import { readKeyEntries } from './key-entries.ts';
import { count } from './setting-forms.ts';

/** The settings that say who may ask, and how much. */
export const accessSettings = {
  HOST: z
    .string()
    .refine((host) => /^[a-z0-9.:-]{1,253}$/i.test(host), 'is no address and no name of this machine')
    .default('127.0.0.1')
    .meta({
      description:
        'Address to listen on. On a loopback address programs of this machine need no key; on any other every caller needs one (docs/security.md)',
      example: '127.0.0.1',
    }),
  REQUIRE_KEYS: z.enum(['on', 'off']).default('off').meta({
    description:
      'Whether a key is needed on a loopback address too, as where others use this machine or a proxy stands before it',
    example: 'on',
  }),
  API_KEYS: z
    .string()
    .superRefine((text, context) => {
      const { problems } = readKeyEntries(text);
      if (problems.length > 0) context.addIssue(problems.join('; '));
    })
    .optional()
    .meta({
      description:
        'Keys besides those that `taskloom keys` makes: role:key entries, separated by commas or line ends; the roles are viewer, operator, worker and admin, a key has at least 24 characters',
      example: 'operator:3pOoLzQ2cTq1b6C9WfJxYk0v,viewer:Zb8vNn5sQe7hRr2mLk4tUy1w',
      secret: true,
    }),
  JWT_SECRET: z
    .string()
    .refine(
      (secret) => Buffer.byteLength(secret) >= 32,
      'must have at least 32 bytes: make it by openssl rand -base64 48',
    )
    .optional()
    .meta({
      description:
        'Secret by which JSON Web Tokens (HS256) are signed that are taken for keys; their claims are sub, role, iss, aud and iat. Unset: none are',
      example: 'a-long-random-text-of-at-least-32-bytes',
      secret: true,
    }),
  JWT_ISSUER: z.string().default('taskloom').meta({ description: 'What a token must say as iss', example: 'taskloom' }),
  JWT_AUDIENCE: z
    .string()
    .default('taskloom')
    .meta({ description: 'What a token must say as aud', example: 'taskloom' }),
  JWT_MAX_AGE_S: count(3600, 10, 86_400).meta({
    description: 'How long a token is good after its iat, in seconds, whatever its exp says',
    example: 3600,
  }),
  ALLOWED_HOSTS: z
    .string()
    .transform((text, context) => {
      const hosts = readAllowedHosts(text);
      if (hosts) return hosts;
      context.addIssue('must be names of hosts, with or without a port, separated by commas');
      return z.NEVER;
    })
    .optional()
    .meta({
      description:
        'Names by which the server may be asked, besides localhost and its addresses: with or without a port, separated by commas. Any other name is refused, as foreign pages could have led it here',
      example: 'taskloom.example.org,build-server:9876',
    }),
  CORS_ORIGINS: z
    .string()
    .transform((text, context) => {
      const origins = readOrigins(text);
      if (origins) return origins;
      context.addIssue('must be origins without a path, separated by commas');
      return z.NEVER;
    })
    .optional()
    .meta({
      description: 'Web pages of other origins that may use the server: origins, separated by commas; unset: none may',
      example: 'https://dashboard.example.org,http://localhost:5173',
    }),
  RATE_LIMIT_PER_SECOND: count(50, 1, 1_000_000).meta({
    description:
      'Requests and socket messages a second that each key may send in the long run, and each address that shows none; programs of this machine that need none are not counted',
    example: 50,
  }),
  RATE_LIMIT_BURST: count(200, 1, 1_000_000).meta({
    description: 'How many requests and messages of that may come at once',
    example: 200,
  }),
  REQUEST_TIMEOUT_MS: count(60_000, 100, 3_600_000).meta({
    description:
      'How long a client may take to send a request, in milliseconds; its headers may take a quarter of that',
    example: 60_000,
  }),
};
