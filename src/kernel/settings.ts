import { resolve } from 'node:path';
import { z } from 'zod';
import { accessSettings } from './settings.access.ts';
import { jobSettings } from './settings.jobs.ts';
import { mailSettings } from './settings.mail.ts';
import { scaleSettings } from './settings.scale.ts';
import { storageSettings } from './settings.storage.ts';
import { webhookSettings } from './settings.webhooks.ts';
import { count, whole } from './setting-forms.ts';
import { readModelEntries } from './model-entries.ts';
import { readModelPrices } from './model-prices.ts';
import { areProxies } from './trusted-proxies.ts';

const url = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((value) => value.replace(/\/+$/, ''));

/** Every setting by its name in the environment: its form, default, meaning and an example. `.env.example` lists the same. */
export const settings = {
  PORT: count(9876, 0, 65_535).meta({
    description: 'Port of REST, Socket.IO and docs; 0 takes a free one',
    example: 9876,
  }),
  ...storageSettings,
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .meta({ description: 'How much is logged', example: 'info' }),

  LLM_PROVIDER: z.enum(['ollama', 'openai', 'anthropic', 'replay', 'delegated', 'mcp', 'worker']).optional().meta({
    description:
      'Who answers model calls; unset: a local Ollama that answers, else delegated. delegated, mcp and worker are one: whoever claims the work item',
    example: 'ollama',
  }),
  OLLAMA_BASE_URL: url()
    .default('http://127.0.0.1:11434')
    .meta({ description: 'Where Ollama answers', example: 'http://127.0.0.1:11434' }),
  OPENAI_BASE_URL: url()
    .default('https://api.openai.com/v1')
    .meta({ description: 'Any OpenAI-compatible server', example: 'http://127.0.0.1:8000/v1' }),
  OPENAI_API_KEY: z
    .string()
    .optional()
    .meta({ description: 'Key of the OpenAI-compatible server', example: 'sk-…', secret: true }),
  ANTHROPIC_API_KEY: z
    .string()
    .optional()
    .meta({ description: 'Key of the Anthropic API', example: 'sk-ant-…', secret: true }),
  SECRET_VALUES: z
    .string()
    .refine(
      (text) => text.split(',').every((value) => value.trim().length >= 8),
      'holds a value of fewer than 8 characters',
    )
    .optional()
    .meta({
      description:
        'Further values, separated by commas, that are taken out of all that is kept or logged, besides the keys above and what looks like a key; each of at least 8 characters',
      example: 'hunter2-hunter2,s3cr3t-token',
      secret: true,
    }),
  PLANNER_MODEL: z.string().default('qwen3:8b').meta({ description: 'Model that plans', example: 'qwen3:8b' }),
  EXECUTOR_MODEL: z
    .string()
    .default('mistral:7b')
    .meta({ description: 'Model that writes and corrects code', example: 'mistral:7b' }),
  SUMMARIZER_MODEL: z.string().optional().meta({
    description: 'Model that summarises modules, functions and tasks; unset: that of EXECUTOR_MODEL',
    example: 'qwen3:4b',
  }),
  EMBEDDING_MODEL: z.string().optional().meta({
    description:
      'Model that finds what was learned in past tasks by its meaning, at the OpenAI-compatible server where LLM_PROVIDER is openai, else at Ollama; unset: it is found by its words',
    example: 'nomic-embed-text',
  }),
  MODELS: z
    .string()
    .transform((text, context) => {
      const { models, problems } = readModelEntries(text);
      if (problems.length > 0) context.addIssue(problems.join('; '));
      return models;
    })
    .optional()
    .meta({
      description:
        'Models besides, or instead of, those that are known: mistral:7b (8192), qwen3:8b (32768), claude-* (200000). Separated by commas; each a name, which may end with *, its context window in tokens and, if there are, its tokenizer (mistral, qwen3, or estimate, the default), the larger model to ask where the window is too small, and its price like those of LLM_PRICES',
      example: 'qwen3:14b context=40960 tokenizer=qwen3 larger=claude-sonnet-4-5 price=0/0,llama3.1:8b context=131072',
    }),
  LLM_PRICES: z
    .string()
    .transform((text, context) => {
      const prices = readModelPrices(text);
      if (prices) return prices;
      context.addIssue('must be a list of model=input/output, in US dollars for a million tokens');
      return z.NEVER;
    })
    .optional()
    .meta({
      description:
        'Prices of models, US dollars for a million tokens in and out, separated by commas; without one for each model a task cannot limit its cost',
      example: 'claude-sonnet-4-5=3/15,qwen3:8b=0/0',
    }),
  LLM_CONTEXT_TOKENS: whole(1024, 1_048_576).optional().meta({
    description:
      "Most tokens of context that any model is given, to save memory or money; unset: the model's window (MODELS), and 8192 for unknown ones. What an Ollama model is given as num_ctx never changes while the server runs, as a change makes Ollama reload",
    example: 8192,
  }),
  LLM_RULES_DIR: z.string().optional().meta({
    description:
      'Directory of rules of your own that coding models are told besides what they are told anyway: PLANNING_COMPLETE.md, TESTS_WRITTEN.md, CODE_GENERATED.md, CORRECTION_COMPLETED.md, by what the answer becomes, and CODE_GENERATED.mistral_7b.md for one model; read again when they change',
    example: './rules',
  }),
  LLM_ANSWER_TOKENS: count(2048, 64, 262_144).meta({
    description: 'Tokens of the context kept free for the answer',
    example: 2048,
  }),
  LLM_TIMEOUT_MS: count(600_000, 100, 86_400_000).meta({
    description: 'Longest model call, in milliseconds',
    example: 600_000,
  }),
  LLM_RECORDING: z.string().optional().meta({
    description: 'Recording (JSON Lines) that LLM_PROVIDER=replay answers from',
    example: 'examples/text-statistics/recording.jsonl',
  }),
  LLM_RECORD: z.string().optional().meta({
    description: 'File that every model call is appended to, as a recording to replay later',
    example: './data/recording.jsonl',
  }),
  WORK_ITEM_LEASE_MS: count(300_000, 100, 86_400_000).meta({
    description: 'How long a claimed work item of a delegated model stays with its claimant, in milliseconds',
    example: 300_000,
  }),

  SANDBOX: z.enum(['auto', 'bwrap', 'landlock', 'process']).default('auto').meta({
    description: 'Isolation of generated code; process is none at all and must be chosen on purpose',
    example: 'auto',
  }),
  TEST_TIMEOUT_MS: count(60_000, 100, 3_600_000).meta({
    description: 'Longest test run, in milliseconds',
    example: 60_000,
  }),

  DEAD_CODE_ANALYSIS: z.enum(['on', 'off']).default('on').meta({
    description:
      'Whether the code of a completed task is searched for what nothing needs, when there is a slot to spare',
    example: 'on',
  }),

  ORCHESTRATOR_WORKERS: count(3, 1, 64).meta({ description: 'Loops that take tasks from the queue', example: 3 }),
  MAX_CONCURRENT: count(5, 1, 1024).meta({ description: 'Tasks that run at the same time', example: 5 }),
  MAX_QUEUE: count(100, 1, 1_000_000).meta({ description: 'Tasks that wait in the queue', example: 100 }),
  AGEING_TURNS: count(20, 0, 1_000_000).meta({
    description:
      'How many slots that others get make up for one point of priority while a task waits; 0: waiting counts nothing',
    example: 20,
  }),
  TASK_TIMEOUT_MS: count(300_000, 0, 86_400_000).meta({
    description: 'Longest time a task holds a slot at a stretch, in milliseconds',
    example: 300_000,
  }),
  SUBMIT_WAIT_MS: count(2000, 0, 60_000).meta({
    description: 'How long POST /tasks waits for room in a full queue, in milliseconds',
    example: 2000,
  }),
  SHUTDOWN_GRACE_MS: count(5000, 0, 600_000).meta({
    description: 'Time running tasks have to reach a step boundary at shutdown, in milliseconds',
    example: 5000,
  }),

  RPN_WORKERS: count(1, 0, 64).meta({
    description: 'Calculators in reverse Polish notation that run in the server itself, as workers of type rpn',
    example: 1,
  }),
  LOCAL_WORKERS: z
    .string()
    .transform((text, context) => {
      const pairs = text.split(',').map((pair) => /^\s*([\w.-]{1,100})=(.+?)\s*$/.exec(pair));
      if (pairs.includes(null)) context.addIssue('must be type=module pairs, separated by commas');
      return pairs.map((pair) => ({ type: pair?.[1] ?? '', modulePath: resolve(pair?.[2] ?? '') }));
    })
    .optional()
    .meta({
      description:
        'Further workers in the server, each in a thread of its own: type=module pairs, separated by commas; the default export of a module is the handler',
      example: 'wordcount=./wordcount.mjs',
    }),
  WORKER_INBOX: count(100, 1, 100_000).meta({
    description: 'Messages that wait before one worker; more are refused',
    example: 100,
  }),
  WORKER_TOKEN: z
    .string()
    .refine((token) => token.length >= 16, 'must have at least 16 characters')
    .optional()
    .meta({
      description: 'Token that remote workers must give; unset: every program on this machine may be a worker',
      example: 'a-long-random-text',
      secret: true,
    }),
  WORKER_GRACE_MS: count(15_000, 100, 3_600_000).meta({
    description:
      'How long a remote worker whose connection is lost may come back and go on with what it holds, in milliseconds',
    example: 15_000,
  }),

  ...jobSettings,
  ...mailSettings,
  ...accessSettings,

  EVENT_MAX_BYTES: count(16_777_216, 1024, 268_435_456).meta({
    description: 'Largest data of one event, in bytes of JSON',
    example: 16_777_216,
  }),
  EVENT_MAX_CLOCK_SKEW_MS: count(60_000, 0, 86_400_000).meta({
    description: 'How far in the future the time stamp of an event may be, in milliseconds',
    example: 60_000,
  }),
  BODY_MAX_BYTES: count(4_194_304, 1024, 268_435_456).meta({
    description: 'Largest body of a request, in bytes',
    example: 4_194_304,
  }),
  ...scaleSettings,
  ...webhookSettings,
  IDEMPOTENCY_TTL_MS: count(86_400_000, 1000, 2_592_000_000).meta({
    description: 'How long an Idempotency-Key is remembered, in milliseconds; after that it is a new one',
    example: 86_400_000,
  }),
  PROMPT_MAX_CHARS: count(200_000, 1, 10_000_000).meta({
    description: 'Longest prompt, in characters',
    example: 200_000,
  }),

  HEARTBEAT_INTERVAL_MS: count(5000, 50, 600_000).meta({
    description: 'Time between two heartbeats of a socket, in milliseconds',
    example: 5000,
  }),
  HEARTBEAT_TIMEOUT_MS: count(10_000, 50, 600_000).meta({
    description: 'Silence after which a socket is dropped, in milliseconds',
    example: 10_000,
  }),
  SOCKET_MAX_PER_ADDRESS: count(3, 1, 1_000_000).meta({
    description:
      'Sockets that one address may have open; an IPv6 address counts with its /64. Remote workers that have registered are not counted',
    example: 3,
  }),
  SOCKET_MAX_CONNECTIONS: count(500, 1, 1_000_000).meta({
    description: 'Sockets that may be open in all',
    example: 500,
  }),
  SOCKET_MAX_AGE_MS: count(86_400_000, 100, 604_800_000).meta({
    description: 'How long a socket may be open before it has to connect again, in milliseconds',
    example: 86_400_000,
  }),
  SOCKET_IDLE_MS: count(60_000, 100, 86_400_000).meta({
    description:
      'How long a socket must be quiet to count as idle, in milliseconds; idle ones are closed when memory runs short, and never otherwise',
    example: 60_000,
  }),
  MEMORY_LIMIT_MB: whole(16, 1_048_576).optional().meta({
    description:
      'Memory for heap and buffers, in MiB: from 85 % on idle sockets are closed, the oldest first; unset: the limit that Node.js sets its heap',
    example: 2048,
  }),
  MCP_MAX_SESSIONS: count(200, 1, 100_000).meta({
    description:
      'Sessions of MCP clients (protocol 2025-11-25) that may be open; a new one takes the place of the one that has been idle the longest. As many streams of news are open at most',
    example: 200,
  }),
  MCP_SESSION_IDLE_MS: count(1_800_000, 100, 604_800_000).meta({
    description: 'How long an MCP session may be idle before it is ended, in milliseconds',
    example: 1_800_000,
  }),
  TRUSTED_PROXIES: z
    .string()
    .refine(areProxies, 'holds what is neither an IP address nor a CIDR range')
    .optional()
    .meta({
      description:
        'Proxies whose X-Forwarded-For is believed: addresses or CIDR ranges, separated by commas; unset: the header is ignored',
      example: '10.0.0.0/8,192.168.1.10',
    }),
  SOCKET_ACK_TIMEOUT_MS: count(30_000, 100, 3_600_000).meta({
    description: 'How long a client may leave events unacknowledged before it is disconnected, in milliseconds',
    example: 30_000,
  }),
};

/** Settings whose values are never shown. */
export const secretSettings: ReadonlySet<keyof typeof settings> = new Set(
  (Object.keys(settings) as (keyof typeof settings)[]).filter((name) => settings[name].meta()?.secret === true),
);
