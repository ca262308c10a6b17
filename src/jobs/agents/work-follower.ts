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
  /** Everything up to here was handed on. */
  private reached = 0;
  private moved = Promise.withResolvers<void>();

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
    this.reached = after;
    this.following = this.follow();
  }

  /** Resolves once everything was handed on that was in the log when it was asked, or when it is stopped. */
  async caughtUp(): Promise<void> {
    const last = await this.parts.events.lastSequence();
    while (this.reached < last && !this.stopping.signal.aborted) await this.moved.promise;
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server shuts down.'));
    this.moved.resolve();
    await this.following;
  }

  private async follow(): Promise<void> {
    const { events, apply, applied, report } = this.parts;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        for await (const batch of events.subscribe({ after: this.reached, signal })) {
          for (const event of batch) apply(event);
          this.reached = batch.at(-1)?.sequenceNumber ?? this.reached;
          this.moved.resolve();
          this.moved = Promise.withResolvers();
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
