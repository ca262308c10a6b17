/** Values that a label can have: all of them, or in words what they are where the server decides on them. */
export type LabelValues = readonly string[] | string;

interface Definition {
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
}

export interface CounterDefinition extends Definition {
  readonly type: 'counter';
}

/** What is read when it is scraped. */
export interface GaugeDefinition extends Definition {
  readonly type: 'gauge';
}

export interface HistogramDefinition extends Definition {
  readonly type: 'histogram';
  /** Upper bounds, in seconds. */
  readonly buckets: readonly number[];
}

export type MetricDefinition = CounterDefinition | GaugeDefinition | HistogramDefinition;

const taskOutcomes = ['completed', 'failed', 'timed_out', 'cancelled'] as const;
const jobOutcomes = ['done', 'failed', 'cancelled'] as const;
const workflows = 'The workflow that the engine runs: `coding`, `job` or `schedule`';
const models = 'A model as said above, `other` or `delegated`';
const MINUTE = 60;
const HOUR = 3600;

/** Kinds of events by what they are about: types are many, and logs of others may hold more. */
export const eventGroups = [
  'task',
  'model',
  'plan',
  'code',
  'test',
  'steering',
  'job',
  'approval',
  'agent',
  'message',
  'schedule',
  'webhook',
  'knowledge',
  'access',
  'other',
] as const;

export const priorityClasses = ['critical', 'high', 'medium', 'low', 'background'] as const;

/** Every metric of Taskloom by its name; those of the process come besides (process-metrics.ts). */
export const catalogue = {
  events_appended_total: {
    type: 'counter',
    help: 'Events that were appended to the log',
    labels: { group: eventGroups },
  },
  tasks_created_total: { type: 'counter', help: 'Coding tasks that were created, forks among them', labels: {} },
  tasks_total: { type: 'counter', help: 'Coding tasks that ended', labels: { outcome: taskOutcomes } },
  task_duration_seconds: {
    type: 'histogram',
    help: 'From the creation of a coding task to its end, with all waiting',
    labels: { outcome: taskOutcomes },
    buckets: [1, 5, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR],
  },
  task_pauses_total: {
    type: 'counter',
    help: 'Pauses of coding tasks: a person asked for it, or a limit was reached',
    labels: { reason: ['user', 'limit_tokens', 'limit_cost', 'limit_seconds', 'limit_iterations'] },
  },
  task_corrections_total: { type: 'counter', help: 'Corrections of code that its tests had refused', labels: {} },
  test_runs_total: {
    type: 'counter',
    help: 'Runs of tests by what came of them',
    labels: { outcome: ['passed', 'failed'] },
  },
  test_run_duration_seconds: {
    type: 'histogram',
    help: 'How long test runs took',
    labels: { outcome: ['passed', 'failed'] },
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, MINUTE, 5 * MINUTE],
  },
  llm_call_duration_seconds: {
    type: 'histogram',
    help: 'From the question of a coding task to a usable answer, with every further try',
    labels: { model: models },
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE],
  },
  llm_call_failures_total: {
    type: 'counter',
    help: 'Questions of coding tasks that got no usable answer, by what is done about it',
    labels: { remedy: ['later', 'anew', 'differently', 'never'] },
  },
  llm_tokens_total: {
    type: 'counter',
    help: 'Tokens that models read and wrote for answers to coding tasks',
    labels: { model: models, direction: ['input', 'output'] },
  },
  llm_cost_dollars_total: {
    type: 'counter',
    help: 'What answers to coding tasks cost, where prices are configured, in US dollars',
    labels: { model: models },
  },
  jobs_created_total: { type: 'counter', help: 'Jobs that were created', labels: {} },
  jobs_total: {
    type: 'counter',
    help: 'Jobs that ended; one that is retried ends again',
    labels: { outcome: jobOutcomes },
  },
  job_duration_seconds: {
    type: 'histogram',
    help: 'From the creation of a job, or its retry, to its end, with all waiting',
    labels: { outcome: jobOutcomes },
    buckets: [0.1, 0.5, 1, 5, 15, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR],
  },
  job_steps_total: {
    type: 'counter',
    help: 'Attempts of job steps by what came of them: retried and timed_out_retried are tried again, lost ones go to another agent',
    labels: { outcome: ['done', 'failed', 'timed_out', 'retried', 'timed_out_retried', 'lost', 'skipped'] },
  },
  job_step_duration_seconds: {
    type: 'histogram',
    help: 'How long agents took for steps that were done, by their own word',
    labels: {},
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, MINUTE, 5 * MINUTE, 30 * MINUTE],
  },
  queue_wait_seconds: {
    type: 'histogram',
    help: 'From the creation of a task or job to its first slot',
    labels: { workflow: ['coding', 'job'] },
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, MINUTE, 5 * MINUTE, 30 * MINUTE, HOUR],
  },
  approvals_requested_total: { type: 'counter', help: 'Questions to people about steps of jobs', labels: {} },
  approval_decisions_total: {
    type: 'counter',
    help: 'What people said to them',
    labels: { decision: ['given', 'refused'] },
  },
  agents_lost_total: { type: 'counter', help: 'Agents that missed three heartbeats', labels: {} },
  worker_messages_total: {
    type: 'counter',
    help: 'Messages to workers by what came of them, for each worker that had one',
    labels: { outcome: ['answered', 'failed'] },
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'From the arrival of a request to the end of its answer; streams of events are not among them',
    labels: {
      method: 'The method, or `other`',
      route: 'The pattern of the route, such as `/tasks/:id`; `none` where there is no such route',
      status: ['1xx', '2xx', '3xx', '4xx', '5xx'],
    },
    buckets: [0.005, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10, 30],
  },

  job_queue_length: {
    type: 'gauge',
    help: 'Tasks and jobs that wait for a slot',
    labels: { workflow: workflows, priority: priorityClasses },
  },
  job_queue_limit: { type: 'gauge', help: 'Tasks and jobs that may wait for a slot (MAX_QUEUE)', labels: {} },
  queue_submitters_waiting: { type: 'gauge', help: 'Requests that wait for room in the queue', labels: {} },
  workflow_runs: {
    type: 'gauge',
    help: 'Tasks, jobs and schedules that are not over: queued, with a slot, or waiting for something else',
    labels: { workflow: workflows, state: ['queued', 'running', 'waiting'] },
  },
  slots: {
    type: 'gauge',
    help: 'Slots that tasks and jobs run in (MAX_CONCURRENT)',
    labels: { state: ['busy', 'free'] },
  },
  workers: {
    type: 'gauge',
    help: 'Workers, those in the server and those that are connected to it',
    labels: { place: ['local', 'remote'], state: ['created', 'running', 'stopping', 'stopped', 'unreachable'] },
  },
  worker_messages_pending: {
    type: 'gauge',
    help: 'Messages that workers hold',
    labels: { state: ['handling', 'waiting'] },
  },
  agents: {
    type: 'gauge',
    help: 'Agents that registered, without the server itself',
    labels: { state: ['live', 'lost'] },
  },
  job_steps_pending: {
    type: 'gauge',
    help: 'Steps of jobs that agents have, that look for an agent, or that people are to approve',
    labels: { state: ['assigned', 'wanted', 'approval'] },
  },
  dead_letters: {
    type: 'gauge',
    help: 'Jobs that failed for good and that nobody has retried or dropped',
    labels: {},
  },
  ws_clients: { type: 'gauge', help: 'Clients that are connected by Socket.IO', labels: {} },
  ws_connections: {
    type: 'gauge',
    help: 'WebSocket connections that are counted against SOCKET_MAX_CONNECTIONS, also those of no client yet',
    labels: {},
  },
  ws_unacknowledged_bytes: {
    type: 'gauge',
    help: 'Events on their way to clients: bytes that were sent and not acknowledged',
    labels: {},
  },
  mcp_sessions: { type: 'gauge', help: 'Sessions of MCP clients of protocol 2025-11-25', labels: {} },
  webhooks: { type: 'gauge', help: 'Webhooks by how they are', labels: { state: ['active', 'failing', 'disabled'] } },
  webhook_backlog_events: {
    type: 'gauge',
    help: 'Events that the webhook which is furthest behind has still to send or pass over; disabled ones do not count',
    labels: {},
  },
  log_events: { type: 'gauge', help: 'Events in the log', labels: {} },
  log_uncounted_events: {
    type: 'gauge',
    help: 'Events in the log that the counters here do not know of yet',
    labels: {},
  },
  database_size_bytes: {
    type: 'gauge',
    help: 'Size of the database and of its write-ahead log; that of PostgreSQL belongs to its whole server: 0',
    labels: { file: ['database', 'wal'] },
  },
  metric_read_failures_total: {
    type: 'counter',
    help: 'Gauges that could not be read at a scrape, and were left out of it',
    labels: {},
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

type Catalogue = typeof catalogue;

type NameOf<Type> = { [Name in keyof Catalogue]: Catalogue[Name]['type'] extends Type ? Name : never }[keyof Catalogue];

export type MetricName = keyof Catalogue;
export type CounterName = NameOf<'counter'>;
export type GaugeName = NameOf<'gauge'>;
export type HistogramName = NameOf<'histogram'>;

/** The labels of a metric, each with the values that it may have. */
export type LabelsOf<Name extends MetricName> = {
  readonly [
    Label in keyof Catalogue[Name]['labels']
  ]: Catalogue[Name]['labels'][Label] extends readonly (infer Value extends string)[] ? Value : string;
};

/** A gauge as it is now. */
export interface Reading {
  readonly name: GaugeName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
