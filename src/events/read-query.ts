import type { SqlValue } from '../storage/index.ts';
import { InvalidInputError, type Issue } from '../kernel/errors.ts';
import { toTimestamp } from '../kernel/clock.ts';
import type { EventType } from './event.ts';
import type { ReadOptions } from './event-store.ts';
import type { WithDataOf } from './rows.ts';
import { countIssue, parseTimestamp, timestampIssue } from './event-fields.ts';

/** A validated request for events of one stream. */
export interface StreamQuery {
  readonly taskId: string;
  readonly backwards: boolean;
  readonly limit: number;
  /** Whether events of a type come with their data. */
  readonly withDataOf: WithDataOf;
  readonly conditions: readonly string[];
  readonly parameters: readonly SqlValue[];
}

/** `dataOf`: the types whose data is wanted; default: all. Throws InvalidInputError that names every option that is wrong. */
export function streamQuery(taskId: string, options: ReadOptions, dataOf?: readonly EventType[]): StreamQuery {
  const { afterSequence, until, types, limit, direction = 'forwards' } = options;
  refuse([
    afterSequence === undefined ? null : countIssue(afterSequence, 'afterSequence'),
    untilIssue(until),
    limit === undefined ? null : countIssue(limit, 'limit'),
    direction === 'forwards' || direction === 'backwards'
      ? null
      : { path: 'direction', message: 'is neither forwards nor backwards' },
  ]);
  const conditions = ['stream = (SELECT id FROM streams WHERE task_id = ?)'];
  const parameters: SqlValue[] = [taskId];
  const add = (condition: string, ...values: SqlValue[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (afterSequence !== undefined) add('stream_sequence > ?', afterSequence);
  if (typeof until === 'number') add('stream_sequence <= ?', until);
  // The stream as it was at that moment: what comes before the first later event, so that it has no holes.
  if (typeof until === 'string') {
    add(
      `stream_sequence < coalesce((SELECT min(later.stream_sequence) FROM events AS later
         WHERE later.stream = (SELECT id FROM streams WHERE task_id = ?) AND later.timestamp > ?), 9007199254740991)`,
      taskId,
      toTimestamp(parseTimestamp(until) ?? 0),
    );
  }
  if (types) add(ofTypesSql(types), ...types);
  const withData = dataOf && new Set<string>(dataOf);
  return {
    taskId,
    backwards: direction === 'backwards',
    limit: limit ?? Infinity,
    withDataOf: (type) => withData?.has(type) ?? true,
    conditions,
    parameters,
  };
}

/** One page of the query, beyond a stream sequence that was read before. */
export function pageSql(columns: string, query: StreamQuery, beyond: boolean): string {
  const [edge, order] = query.backwards ? ['stream_sequence < ?', 'DESC'] : ['stream_sequence > ?', 'ASC'];
  const conditions = beyond ? [...query.conditions, edge] : query.conditions;
  return `SELECT ${columns} FROM events JOIN streams ON streams.id = events.stream
          WHERE ${conditions.join(' AND ')} ORDER BY stream_sequence ${order} LIMIT ?`;
}

/** One page of the whole log: after a sequence number, then of these types, and at most so many. */
export function logSql(columns: string, types: readonly EventType[] | undefined): string {
  const ofTypes = types ? ` AND ${ofTypesSql(types)}` : '';
  return `SELECT ${columns} FROM events JOIN streams ON streams.id = stream
          WHERE sequence > ?${ofTypes} ORDER BY sequence LIMIT ?`;
}

function ofTypesSql(types: readonly EventType[]): string {
  return types.length === 0 ? '1 = 0' : `type IN (${types.map(() => '?').join(', ')})`;
}

function untilIssue(until: number | string | undefined): Issue | null {
  if (until === undefined) return null;
  return typeof until === 'string' ? timestampIssue(until, 'until') : countIssue(until, 'until');
}

/** Throws InvalidInputError when there is any issue. */
export function refuse(found: readonly (Issue | null)[]): void {
  const issues = found.filter((issue) => issue !== null);
  if (issues.length > 0) throw new InvalidInputError(issues);
}
