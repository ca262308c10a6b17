import type { EventStore, StoredEvent } from '../../events/index.ts';
import { sleep } from '../../kernel/clock.ts';
import type { Orchestrator } from '../../orchestrator/index.ts';
import { deadLetterEventTypes } from '../dead-letters.ts';
import { agentEventTypes } from '../jobs.events.ts';
import { JOB } from '../workflow/job-workflow.ts';

export interface FollowerParts {
  readonly events: EventStore;
  readonly orchestrator: Pick<Orchestrator, 'work'>;
  /** Takes an event; one that it knows already is passed over. */
  readonly apply: (event: StoredEvent) => void;
  /** The same for what stands in streams that are not read as a whole: events of agents, and of `deadLetterEventTypes`. */
  readonly applyPast: (event: StoredEvent) => void;
  /** Called after each batch of events. */
  readonly applied: () => void;
  readonly report: (message: string, error: unknown) => void;
}

const MOST_UNFINISHED = 1_000_000;
const RETRY_MS = 500;

/** Hands on the events of all agents and unfinished jobs: first what there is, then what comes, each in its stream's order. */
export class WorkFollower {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();

  constructor(private readonly parts: FollowerParts) {}

  /** Resolves when everything up to now was handed on. */
  async start(): Promise<void> {
    const { events, orchestrator, apply, applyPast } = this.parts;
    const after = await events.lastSequence();
    let read = 0;
    for (let isMore = true; isMore;) {
      const page = await events.readAll({ after: read, types: [...agentEventTypes, ...deadLetterEventTypes] });
      for (const event of page) applyPast(event);
      read = page.at(-1)?.sequenceNumber ?? read;
      isMore = page.length > 0;
    }
    for (const jobId of await orchestrator.work.unfinished(JOB, MOST_UNFINISHED)) {
      for await (const event of events.read(jobId)) apply(event);
    }
    this.following = this.follow(after);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    await this.following;
  }

  private async follow(start: number): Promise<void> {
    const { events, apply, applied, report } = this.parts;
    const { signal } = this.stopping;
    let after = start;
    while (!signal.aborted) {
      try {
        for await (const batch of events.subscribe({ after, signal })) {
          for (const event of batch) apply(event);
          after = batch.at(-1)?.sequenceNumber ?? after;
          applied();
        }
      } catch (error) {
        if (signal.aborted) return;
        report('the steps that wait for agents were not looked at; it is tried again', error);
        await sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }
}
