import type { Broker } from '../broker/index.ts';
import type { EventStore } from '../events/index.ts';
import type { JobCensus } from '../jobs/index.ts';
import { type Orchestrator, priorityName, type WorkCount } from '../orchestrator/index.ts';
import type { Database } from '../storage/index.ts';
import type { WebhooksService } from '../webhooks/index.ts';
import { type GaugeName, type LabelsOf, priorityClasses, type Reading } from './catalogue.ts';

/** Reads some of the gauges, at every scrape: what it looks at must not grow with the log or with all tasks there ever were. */
export type ReadingSource = () => readonly Reading[] | Promise<readonly Reading[]>;

/** What the doors hold open. */
export interface DoorCounts {
  readonly sockets: { readonly clients: number; readonly connections: number; readonly unacknowledgedBytes: number };
  readonly mcpSessions: number;
}

const runStates = ['queued', 'running', 'waiting'] as const;

/** The queue and its slots: of counts that are kept, one row for each workflow, state and priority. */
export function queueReadings(
  orchestrator: Pick<Orchestrator, 'stats' | 'work'>,
  { maxQueue, maxConcurrent }: { readonly maxQueue: number; readonly maxConcurrent: number },
): ReadingSource {
  return async () => {
    const counts = await orchestrator.work.counts();
    const { running, waitingSubmitters } = await orchestrator.stats();
    return [
      ...countedRuns(counts),
      reading('job_queue_limit', {}, maxQueue),
      reading('queue_submitters_waiting', {}, waitingSubmitters),
      reading('slots', { state: 'busy' }, running),
      reading('slots', { state: 'free' }, Math.max(0, maxConcurrent - running)),
    ];
  };
}

/** All workflows that ever had a task, with every state and class of priority, also where nothing is. */
export function countedRuns(counts: readonly WorkCount[]): readonly Reading[] {
  const sumOf = (wanted: (count: WorkCount) => boolean) =>
    counts.filter(wanted).reduce((sum, { count }) => sum + count, 0);
  return [...new Set(counts.map(({ workflow }) => workflow))].flatMap((workflow) => [
    ...runStates.map((state) =>
      reading(
        'workflow_runs',
        { workflow, state },
        sumOf((each) => each.workflow === workflow && each.status === state),
      ),
    ),
    ...priorityClasses.map((priority) => {
      const isQueued = (each: WorkCount) => each.workflow === workflow && each.status === 'queued';
      const length = sumOf((each) => isQueued(each) && priorityName(each.priority).toLowerCase() === priority);
      return reading('job_queue_length', { workflow, priority }, length);
    }),
  ]);
}

export function workerReadings(broker: Pick<Broker, 'list'>): ReadingSource {
  return () => {
    const workers = broker.list();
    const states = ['created', 'running', 'stopping', 'stopped', 'unreachable'] as const;
    const stateOf = ({ state, reachable }: (typeof workers)[number]) => (reachable ? state : 'unreachable');
    return [
      ...(['local', 'remote'] as const).flatMap((place) =>
        states.map((state) => {
          const those = workers.filter((worker) => worker.place === place && stateOf(worker) === state);
          return reading('workers', { place, state }, those.length);
        }),
      ),
      reading('worker_messages_pending', { state: 'handling' }, sum(workers.map(({ handling }) => handling))),
      reading('worker_messages_pending', { state: 'waiting' }, sum(workers.map(({ waiting }) => waiting))),
    ];
  };
}

export function jobReadings(census: JobCensus): ReadingSource {
  return () => {
    const { liveAgents, lostAgents, heldSteps, wantedSteps, openApprovals, deadLetters } = census.count();
    return [
      reading('agents', { state: 'live' }, liveAgents),
      reading('agents', { state: 'lost' }, lostAgents),
      reading('job_steps_pending', { state: 'assigned' }, heldSteps),
      reading('job_steps_pending', { state: 'wanted' }, wantedSteps),
      reading('job_steps_pending', { state: 'approval' }, openApprovals),
      reading('dead_letters', {}, deadLetters),
    ];
  };
}

/** There are at most 100 webhooks. */
export function webhookReadings(webhooks: Pick<WebhooksService, 'standing'>): ReadingSource {
  return async () => {
    const { counts, backlog } = await webhooks.standing();
    return [
      ...(['active', 'failing', 'disabled'] as const).map((state) => reading('webhooks', { state }, counts[state])),
      reading('webhook_backlog_events', {}, backlog),
    ];
  };
}

/** The end of the log is found by its index. */
export function logReadings(
  events: Pick<EventStore, 'lastSequence'>,
  counted: { readonly position: number },
): ReadingSource {
  return async () => {
    const last = await events.lastSequence();
    return [reading('log_events', {}, last), reading('log_uncounted_events', {}, Math.max(0, last - counted.position))];
  };
}

export function databaseReadings(database: Pick<Database, 'size'>): ReadingSource {
  return async () => {
    const { database: bytes, log } = await database.size();
    return [
      reading('database_size_bytes', { file: 'database' }, bytes),
      reading('database_size_bytes', { file: 'wal' }, log),
    ];
  };
}

export function doorReadings(count: () => DoorCounts): ReadingSource {
  return () => {
    const { sockets, mcpSessions } = count();
    return [
      reading('ws_clients', {}, sockets.clients),
      reading('ws_connections', {}, sockets.connections),
      reading('ws_unacknowledged_bytes', {}, sockets.unacknowledgedBytes),
      reading('mcp_sessions', {}, mcpSessions),
    ];
  };
}

function reading<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>, value: number): Reading {
  return { name, labels, value };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
