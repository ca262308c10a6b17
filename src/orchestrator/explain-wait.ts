import { sql } from 'kysely';
import type { Database } from '../storage/index.ts';
import { CLAIM_ORDER, READY } from './work-order.ts';
import type { WorkTables } from './work-schema.ts';
import type { WorkPlace } from './work-table.ts';
import type { Wait } from './workflow.ts';

/** What keeps a task from going on; `other` is a reason of its workflow that `detail` tells. */
export const waitKinds = [
  'nothing',
  'slot',
  'dependency',
  'model',
  'answer',
  'approval',
  'resume',
  'agent',
  'time',
  'other',
] as const;

export type WaitKind = (typeof waitKinds)[number];

export interface WaitExplanation {
  readonly waitsFor: WaitKind;
  /** For people: what is waited for, and what ends it. */
  readonly detail: string;
  /** The tasks that have to end first, or that hold the slots. */
  readonly tasks: readonly string[];
  /** ISO 8601, where it goes on by itself then. */
  readonly until: string | null;
}

export interface Slots {
  /** The tasks that hold one. */
  readonly held: readonly string[];
  readonly total: number;
  readonly isStopping: boolean;
}

const kinds: Readonly<Record<string, WaitKind>> = {
  modelUnavailable: 'model',
  awaitingModel: 'model',
  awaitingAnswers: 'answer',
  awaitingApproval: 'approval',
  paused: 'resume',
  awaitingAgent: 'agent',
  awaitingRetry: 'time',
  awaitingDueTime: 'time',
};

/** Why a task goes on no more. */
export const overExplanation: WaitExplanation = explanation('nothing', 'It is over.');

/** Why a task with this row does not go on just now. Always has an answer. */
export async function explainWait(
  database: Database,
  taskId: string,
  { status, wait }: WorkPlace,
  slots: Slots,
): Promise<WaitExplanation> {
  if (status === 'done') return overExplanation;
  if (status === 'running') return explanation('nothing', 'It runs.');
  if (wait) return explainReason(wait);
  const needed = await unfinishedDependencies(database, taskId);
  if (needed.length > 0)
    return { ...explanation('dependency', `It starts when ${listed(needed)} ended.`), tasks: needed };
  if (slots.isStopping) return explanation('slot', 'The server shuts down: it goes on after the next start.');
  const before = await readyBefore(database, taskId);
  const line = before === 0 ? 'It is the next to get a slot' : `Ready tasks that get a slot before it: ${before}`;
  return {
    ...explanation('slot', `${line}; ${slots.held.length} of ${slots.total} slots are taken.`),
    tasks: slots.held,
  };
}

/** A wait that a workflow has asked for, as an explanation. */
export function explainReason({ reason, detail, until }: Wait): WaitExplanation {
  return { ...explanation(kinds[reason] ?? 'other', detail), until };
}

function explanation(waitsFor: WaitKind, detail: string): WaitExplanation {
  return { waitsFor, detail, tasks: [], until: null };
}

function listed(names: readonly string[]): string {
  return `${new Intl.ListFormat('en').format(names)} ${names.length === 1 ? 'has' : 'have'}`;
}

/** Tasks that this one depends on and that are not over, or not known yet; by name. */
async function unfinishedDependencies(database: Database, taskId: string): Promise<readonly string[]> {
  const rows = await database
    .reader<WorkTables>()
    .selectFrom('work_dependencies')
    .leftJoin('work', 'work.task_id', 'work_dependencies.depends_on')
    .select('depends_on')
    .where('work_dependencies.task_id', '=', taskId)
    .where((where) => where.or([where('work.status', 'is', null), where('work.status', '<>', 'done')]))
    .orderBy('depends_on')
    .execute();
  return rows.map((row) => row.depends_on);
}

async function readyBefore(database: Database, taskId: string): Promise<number> {
  const placeOf = (row: string) => sql.raw(CLAIM_ORDER.map((column) => `${row}.${column}`).join(', '));
  const { rows } = await sql<{ before: number }>`
    SELECT count(*) AS before FROM work, work AS own
    WHERE own.task_id = ${taskId} AND ${sql.raw(READY)}
      AND (${placeOf('work')}) < (${placeOf('own')})`.execute(database.reader<WorkTables>());
  return Number(rows[0]?.before ?? 0);
}
