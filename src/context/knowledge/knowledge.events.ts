import { declareEventTypes } from '../../events/index.ts';

declare module '../../events/event.ts' {
  interface EventPayloads {
    /** A person put right what was learned. Each entry is a stream of its own, `knowledge:` and its id. */
    KNOWLEDGE_CORRECTED: { id: string; title: string; text: string; by: string };
    /** A person wants this not to be found again. */
    KNOWLEDGE_FORGOTTEN: { id: string; by: string };
  }
}

declareEventTypes('KNOWLEDGE_CORRECTED', 'KNOWLEDGE_FORGOTTEN');
