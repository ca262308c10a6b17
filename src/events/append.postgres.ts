import {
  Gathering,
  GuardFailedError,
  type PostgresDatabase,
  type Settled,
  StoreUnavailableError,
  type WriteSession,
} from '../storage/index.ts';
import type { AppendInput, AppendOutput } from './append-plan.ts';
import { FIRST_HASH } from './event-hash.ts';
import { moveKnownStreams, writeEvents, writeStreams } from './event-rows.postgres.ts';
import { GroupPlan } from './group-plan.ts';
import { KnownLog, type LogEnd, type StreamToWrite } from './known-log.ts';
import { retiredOf } from './retired-processes.ts';
import { eventColumns, type EventRow } from './schema.ts';
import type { VectorClock } from './vector-clock.ts';

export const NEWS_CHANNEL = 'taskloom_events';

const sql = {
  end: 'SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1',
  heads: `SELECT task_id, id, version, code_version, clock, hash, correlation_id, generations
          FROM streams LEFT JOIN retired_processes ON stream = streams.id WHERE task_id = ANY ($1)`,
  earlier: `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ANY ($1)`,
};

type Outcomes = readonly Settled<AppendOutput>[];

/**
 * Commits what gathers while a commit is under way as one transaction with one sync. Each append is refused or kept by
 * itself. Writes of all processes come one after the other, so commit order is the order of sequence numbers. Rejects
 * with StoreUnavailableError when the server is gone; if that was in the middle of a commit, only a repetition with the
 * same event ids tells whether it was kept.
 */
export function postgresAppends(database: PostgresDatabase): Gathering<AppendInput, AppendOutput> {
  const known = new KnownLog();
  const commit = (inputs: readonly AppendInput[]) =>
    database.transaction((session) => new Group(session, known, (error) => database.errorOf(error)).commit(inputs));
  return new Gathering(async (inputs) => {
    try {
      return await commit(inputs);
    } catch (error) {
      known.forget();
      if (!(error instanceof GuardFailedError)) throw error;
      // The log was not as it was known to be, as somebody else has written: once more, asking.
      return commit(inputs);
    }
  });
}

/** The appends of one transaction. */
class Group {
  private readonly session: WriteSession;
  private readonly known: KnownLog;
  private readonly errorOf: (error: unknown) => Error;

  constructor(session: WriteSession, known: KnownLog, errorOf: (error: unknown) => Error) {
    this.session = session;
    this.known = known;
    this.errorOf = errorOf;
  }

  async commit(inputs: readonly AppendInput[]): Promise<Outcomes> {
    return (await this.commitOnWhatIsKnown(inputs)) ?? this.commitOnWhatIsFound(inputs);
  }

  /** Everything is sent at once, to be refused as a whole where the log is not as it is known; null: that does not do. */
  private async commitOnWhatIsKnown(inputs: readonly AppendInput[]): Promise<Outcomes | null> {
    const { end } = this.known;
    if (!end || !inputs.every((input) => this.isPlain(input))) return null;
    const group = new GroupPlan(end, (taskId) => this.known.stream(taskId));
    const outcomes: Settled<AppendOutput>[] = [];
    for (const input of inputs) {
      const plan = group.plan(input);
      // Nobody is refused for what is only believed.
      if (plan.kind !== 'write') return null;
      group.take(input, plan);
      outcomes.push({ result: plan.answer });
    }
    moveKnownStreams(this.session, group.streams, end);
    await this.write(group);
    this.known.left(group.end, group.streams);
    return outcomes;
  }

  /** Of a stream that is known, and nothing else has to be looked up or done. */
  private isPlain({ taskId, drafts, alongside }: AppendInput): boolean {
    const isNew = drafts.length > 0 && drafts.every(({ idGiven }) => !idGiven);
    return isNew && alongside.length === 0 && this.known.stream(taskId) !== null;
  }

  private async commitOnWhatIsFound(inputs: readonly AppendInput[]): Promise<Outcomes> {
    const { end, streams, earlier } = await this.read(inputs);
    const isAlone = this.known.found(end);
    const group = new GroupPlan(end, (taskId) => streams.get(taskId) ?? null, earlier);
    const outcomes: Settled<AppendOutput>[] = [];
    for (const input of inputs) outcomes.push(await this.settle(group, input));
    writeStreams(this.session, group.streams);
    await this.write(group);
    this.known.left(group.end, isAlone ? group.streams : []);
    return outcomes;
  }

  private async write({ rows }: GroupPlan): Promise<void> {
    if (rows.length === 0) return;
    await writeEvents(this.session, rows);
    this.session.send(`NOTIFY ${NEWS_CHANNEL}`);
  }

  private async read(inputs: readonly AppendInput[]) {
    const taskIds = [...new Set(inputs.map(({ taskId }) => taskId))];
    const given = inputs.flatMap(({ drafts }) => drafts.filter(({ idGiven }) => idGiven)).map(({ eventId }) => eventId);
    // Asked together, answered in order.
    const [[last], heads, earlier] = await Promise.all([
      this.session.query(sql.end, [], 'taskloom-end'),
      this.session.query(sql.heads, [taskIds], 'taskloom-heads'),
      given.length === 0 ? [] : this.session.query(sql.earlier, [given], 'taskloom-earlier'),
    ]);
    const end: LogEnd = { sequence: Number(last?.[0] ?? 0), hash: String(last?.[1] ?? FIRST_HASH) };
    // The SELECTs list the columns of a HeadRow and of an EventRow.
    const streams = new Map(heads.map((row) => [String(row[0]), streamOf(row as unknown as HeadRow)]));
    return { end, streams, earlier: new Map(earlier.map((row) => [String(row[3]), row as unknown as EventRow])) };
  }

  private async settle(group: GroupPlan, input: AppendInput): Promise<Settled<AppendOutput>> {
    const plan = group.plan(input);
    if (plan.kind !== 'write') return { result: plan };
    if (input.alongside.length > 0 && !plan.isRepetition) {
      const refusal = await this.alongside(input);
      if (refusal) return refusal;
    }
    group.take(input, plan);
    return { result: plan.answer };
  }

  /** Apart, so that what is refused hurts no other append of the group. Null: it went well. */
  private async alongside({ alongside }: AppendInput): Promise<{ readonly error: unknown } | null> {
    try {
      await this.session.apart(() => this.session.apply(alongside));
      return null;
    } catch (error) {
      const said = this.errorOf(error);
      // A server that is gone or full ends the group as a whole.
      if (said instanceof StoreUnavailableError) throw error;
      return { error: said };
    }
  }
}

type HeadRow = readonly [
  taskId: string,
  id: number,
  version: number,
  codeVersion: number,
  clock: string,
  hash: string,
  correlationId: string,
  generations: string | null,
];

function streamOf([taskId, id, version, codeVersion, clock, hash, correlationId, generations]: HeadRow): StreamToWrite {
  const seen = JSON.parse(clock) as VectorClock;
  return { id, taskId, version, codeVersion, clock: seen, hash, correlationId, retired: retiredOf(generations) };
}
