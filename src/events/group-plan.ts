import { type AppendInput, type AppendPlan, type AppendRefusal, type NewEvent, planAppend } from './append-plan.ts';
import type { LogEnd, StreamToWrite } from './known-log.ts';
import type { EventRow } from './schema.ts';

/** The appends of one transaction, planned one after the other, each on what those before it have left. Pure. */
export class GroupPlan {
  /** New events, each with the id of its stream. */
  readonly rows: (readonly [stream: number, row: NewEvent])[] = [];
  private readonly moved = new Map<string, StreamToWrite>();
  private readonly standing: (taskId: string) => StreamToWrite | null;
  private readonly earlier: Map<string, EventRow>;
  private newest: LogEnd;

  /** Where the log ends, where streams stand, and what is stored under ids that callers have chosen. */
  constructor(
    end: LogEnd,
    standing: (taskId: string) => StreamToWrite | null,
    earlier: ReadonlyMap<string, EventRow> = new Map(),
  ) {
    this.newest = end;
    this.standing = standing;
    this.earlier = new Map(earlier);
  }

  plan(input: AppendInput): AppendPlan | AppendRefusal {
    const earlier = new Map<string, EventRow>();
    for (const { idGiven, eventId } of input.drafts) {
      const row = idGiven ? this.earlier.get(eventId) : undefined;
      if (row) earlier.set(eventId, row);
    }
    return planAppend(input, this.stream(input.taskId), earlier, this.newest.sequence);
  }

  /** Goes on from a plan of this input. */
  take({ taskId, drafts }: AppendInput, { rows, stream }: AppendPlan): void {
    const newest = rows.at(-1);
    if (!stream || !newest) return;
    const id = this.stream(taskId)?.id ?? this.newest.sequence + 1;
    this.moved.set(taskId, { ...stream, id, taskId });
    this.newest = newest;
    for (const row of rows) this.rows.push([id, row]);
    // A later append of the group may repeat them.
    if (drafts.some(({ idGiven }) => idGiven))
      for (const row of rows) this.earlier.set(row.eventId, rowOf(row, stream));
  }

  /** Where the log ends after all that was taken. */
  get end(): LogEnd {
    return this.newest;
  }

  /** Where streams with new events stand after them. */
  get streams(): readonly StreamToWrite[] {
    return [...this.moved.values()];
  }

  private stream(taskId: string): StreamToWrite | null {
    return this.moved.get(taskId) ?? this.standing(taskId);
  }
}

/** A new row as it will be read. */
function rowOf(row: NewEvent, { retired }: { readonly retired: StreamToWrite['retired'] }): EventRow {
  const generations = retired.generations.length === 0 ? null : JSON.stringify(retired.generations);
  return [
    row.sequence,
    row.taskId,
    row.streamSequence,
    row.eventId,
    row.eventType,
    row.timestamp,
    row.clock,
    row.causationId,
    row.correlationId,
    row.codeVersion,
    row.data,
    row.typeVersion,
    generations,
    row.actor,
  ];
}
