import { declareEventTypes } from '../events/index.ts';
import type { Json } from '../kernel/json.ts';

declare module '../events/event.ts' {
  interface EventPayloads {
    /** A message was handed to the broker. Each message is a stream of its own, named by its id. */
    MESSAGE_SENT: {
      messageId: string;
      /** DIRECT, ROUND_ROBIN, BROADCAST or OFFER. */
      strategy: string;
      /** With DIRECT the worker. */
      target: string | null;
      workerType: string | null;
      capabilities: readonly string[];
      payload: Json;
      timeoutMs: number;
      /** Whether it may go to another worker when one was lost in the middle of it. */
      repeatable: boolean;
    };
    /** From here on the message is this worker's, under this lease. */
    MESSAGE_ASSIGNED: { messageId: string; workerId: string; lease: string; attempt: number };
    /** How far the worker is, in its own words. */
    MESSAGE_PROGRESS: { messageId: string; workerId: string; progress: Json };
    MESSAGE_ANSWERED: { messageId: string; workerId: string; lease: string; result: Json };
    /** No answer will come: from one worker, or (workerId null) at all. */
    MESSAGE_FAILED: { messageId: string; workerId: string | null; code: string; reason: string };
    /** An answer under a lease that was no longer valid: it was not used. */
    MESSAGE_ANSWER_REFUSED: { messageId: string; workerId: string; lease: string };
  }
}

declareEventTypes(
  'MESSAGE_SENT',
  'MESSAGE_ASSIGNED',
  'MESSAGE_PROGRESS',
  'MESSAGE_ANSWERED',
  'MESSAGE_FAILED',
  'MESSAGE_ANSWER_REFUSED',
);
