import { declareEventTypes } from '../events/index.ts';

declare module '../events/event.ts' {
  interface EventPayloads {
    /** Events are sent to a URL from now on. Each webhook is a stream of its own, `webhook:` and its id. */
    WEBHOOK_CREATED: {
      id: string;
      /** Only the origin of the URL: the rest may hold a secret. */
      origin: string;
      by: string;
    };
    WEBHOOK_DELETED: { id: string; by: string };
    /** Nothing is sent any more until somebody resumes it. */
    WEBHOOK_DISABLED: { id: string; reason: string };
    WEBHOOK_RESUMED: { id: string; by: string };
  }
}

declareEventTypes('WEBHOOK_CREATED', 'WEBHOOK_DELETED', 'WEBHOOK_DISABLED', 'WEBHOOK_RESUMED');
