import { z } from 'zod';
import { count } from './setting-forms.ts';
import { areProxies } from './trusted-proxies.ts';

/** The settings of jobs, agents and approvals. */
export const jobSettings = {
  INTENTS_FILE: z.string().optional().meta({
    description: 'YAML file of what people may ask for in their own words; unset: the one that is shipped',
    example: './intents.yaml',
  }),
  HTTP_PRIVATE_ADDRESSES: z
    .string()
    .refine(areProxies, 'holds what is neither an IP address nor a CIDR range')
    .optional()
    .meta({
      description:
        'Addresses or CIDR ranges of this machine and its networks that http steps of jobs may reach, separated by commas; unset: public addresses only',
      example: '10.0.0.0/8,192.168.1.10',
    }),
  AGENT_HEARTBEAT_MS: count(5000, 50, 600_000).meta({
    description: 'How often an agent is to be heard, in milliseconds; after three missed heartbeats it is lost',
    example: 5000,
  }),
  AGENT_CHOICE: z.enum(['load', 'model']).default('load').meta({
    description: 'Who gets a step of a job: the least busy agent that can, or the one that the executor model chooses',
    example: 'load',
  }),
  LOCAL_AGENT_STEPS: count(8, 1, 256).meta({
    description: 'Steps of jobs that the server itself runs at the same time',
    example: 8,
  }),
  JOB_MAX_STEPS: count(1000, 1, 10_000).meta({ description: 'Most steps of one job', example: 1000 }),
  JOB_STEP_TIMEOUT_MS: count(60_000, 10, 86_400_000).meta({
    description: 'Longest time an agent may take for one attempt of a step that says nothing else, in milliseconds',
    example: 60_000,
  }),
  JOB_BACKOFF_MS: count(1000, 1, 300_000).meta({
    description:
      'Pause before a failed step is tried again, in milliseconds; each further one is twice as long, up to five minutes',
    example: 1000,
  }),
  APPROVAL_TIMEOUT_MS: count(86_400_000, 10, 2_592_000_000).meta({
    description: 'How long a step waits for people to approve it before it fails, in milliseconds',
    example: 86_400_000,
  }),
  APPROVAL_ACTIONS: z
    .string()
    .transform((text, context) => {
      const entries = text.split(',').map((pair) => /^\s*([a-z][a-z0-9_.-]{0,63})=([12])\s*$/.exec(pair));
      if (entries.includes(null)) context.addIssue('must be action=1 or action=2 pairs, separated by commas');
      return Object.fromEntries(entries.map((entry) => [entry?.[1] ?? '', Number(entry?.[2] ?? 0)]));
    })
    .optional()
    .meta({
      description:
        'Actions of job steps that people have to approve before they run: action=people pairs, separated by commas; 2 are two different people. A step may ask for more itself, never for fewer',
      example: 'send_mail=1,code=2',
    }),
};
