import { declareEventTypes } from '../events/index.ts';

declare module '../events/event.ts' {
  interface EventPayloads {
    /** The time of a wait has come: recorded by the engine, so that no decision ever looks at a clock. */
    WAIT_ELAPSED: { reason: string; until: string };
  }
}

declareEventTypes('WAIT_ELAPSED');
