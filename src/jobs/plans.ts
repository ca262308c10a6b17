import { InvalidInputError } from '../kernel/errors.ts';
import type { JobPlanner } from './new-job.ts';

/** Without intents only steps that are given are run. */
export const planner: JobPlanner = {
  plan: ({ request, intent }) =>
    Promise.reject(
      new InvalidInputError([
        { path: intent ? 'intent' : 'request', message: `${request ?? intent} fits no intent: give tasks` },
      ]),
    ),
  check: () => [],
};
