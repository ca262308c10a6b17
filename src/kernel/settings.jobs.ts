import { z } from 'zod';
import { areProxies } from './trusted-proxies.ts';

/** What jobs may be asked for, and what their steps may reach. */
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
};
