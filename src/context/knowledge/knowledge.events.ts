import { declareEventTypes } from '../../events/index.ts';
import type { Json } from '../../kernel/json.ts';

declare module '../../events/event.ts' {
  interface EventPayloads {
    /** Something is to be found again. `subject`: the job or task that it comes from. */
    MEMORY_STORED: {
      id: string;
      title: string;
      text: string;
      subject: string;
      metadata: { readonly [key: string]: Json };
    };
    /** A person put right what was learned. Each entry is a stream of its own, `knowledge:` and its id. */
    KNOWLEDGE_CORRECTED: { id: string; title: string; text: string; by: string };
    /** A person wants this not to be found again. */
    KNOWLEDGE_FORGOTTEN: { id: string; by: string };
  }
}

declareEventTypes('MEMORY_STORED', 'KNOWLEDGE_CORRECTED', 'KNOWLEDGE_FORGOTTEN');
