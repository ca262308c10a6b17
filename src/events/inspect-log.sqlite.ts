import { SqliteFile, StoreUnavailableError } from '../storage/index.ts';
import { SqliteLogSource } from './log-source.sqlite.ts';
import { eventColumns } from './schema.ts';
import { type LogVerification, verifyLog } from './verify-log.ts';

export interface EventRange {
  readonly from: number;
  readonly to: number;
}

/** What is left of a log in a file that may be damaged. */
export interface LogInspection {
  /** The file can be read whole, and every event is as it was written. */
  readonly sound: boolean;
  /** What SQLite finds wrong with the structure of the file; at most 20 sentences. */
  readonly structure: readonly string[];
  /** The highest sequence number that is known. */
  readonly lastSequence: number;
  /** Events that cannot be read or are not there, by sequence number. */
  readonly lost: readonly EventRange[];
  /** Tasks that have lost events, as far as that can still be told; at most 100. */
  readonly tasks: readonly string[];
  /** So many events from the beginning are as they were written. */
  readonly intactEvents: number;
  /** The first event that is not as it was written, where it can be read. */
  readonly broken: Extract<LogVerification, { intact: false }> | null;
}

const MAX_SENTENCES = 20;
const MAX_TASKS = 100;

/** Looks at all of a log file and changes nothing. Throws StoreUnavailableError when nothing of it can be read. */
export async function inspectLog(path: string): Promise<LogInspection> {
  using file = new SqliteFile(path);
  const structure = structureOf(file);
  const lastSequence = lastSequenceOf(file);
  const { lost, readOf } = readEverything(file, lastSequence);
  const readable = (lost[0]?.from ?? lastSequence + 1) - 1;
  const verified = await verifiedUpTo(file, readable, lost.length === 0);
  return {
    sound: structure.length === 0 && lost.length === 0 && verified?.intact === true,
    structure,
    lastSequence,
    lost,
    tasks: lost.length === 0 ? [] : incompleteTasks(file, readOf),
    intactEvents: verified?.events ?? 0,
    broken: verified?.intact === false ? verified : null,
  };
}

function structureOf(file: SqliteFile): string[] {
  const sentences: string[] = [];
  const finished = damagedAsNull(() => {
    for (const [sentence] of file.iterate(`PRAGMA integrity_check(${MAX_SENTENCES})`)) {
      if (sentence !== 'ok') sentences.push(...String(sentence).split('\n'));
    }
    return true;
  });
  // The check itself stumbles over a page that is nonsense.
  return finished ? sentences : [...sentences, 'a page of it is not what a database file holds'];
}

/** From the events, or where their last page is damaged from what else knows of them. */
function lastSequenceOf(file: SqliteFile): number {
  return (
    damagedAsNull(() => Number(file.select('SELECT max(sequence) FROM events')[0]?.[0] ?? 0)) ??
    damagedAsNull(() => Number(file.select('SELECT sum(version) FROM streams')[0]?.[0] ?? 0)) ??
    0
  );
}

interface Readable {
  readonly lost: readonly EventRange[];
  /** How many events of each task could be read. */
  readonly readOf: ReadonlyMap<string, number>;
}

/** Reads every row; where that fails it goes on behind the event that should have come. */
function readEverything(file: SqliteFile, lastSequence: number): Readable {
  const lost: EventRange[] = [];
  const readOf = new Map<string, number>();
  let next = 1;
  const lose = (to: number) => {
    const last = lost.at(-1);
    if (last && last.to === next - 1) lost[lost.length - 1] = { from: last.from, to };
    else lost.push({ from: next, to });
    next = to + 1;
  };
  const sql = `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream
               WHERE sequence >= ? ORDER BY sequence`;
  while (next <= lastSequence) {
    const finished = damagedAsNull(() => {
      for (const [sequence, taskId, , , , , , , , , data] of file.iterate(sql, [next])) {
        if (Number(sequence) > next) lose(Number(sequence) - 1);
        if (data === null) {
          lose(next);
          continue;
        }
        readOf.set(String(taskId), (readOf.get(String(taskId)) ?? 0) + 1);
        next += 1;
      }
      return true;
    });
    if (next <= lastSequence) lose(finished ? lastSequence : next);
  }
  return { lost, readOf };
}

function incompleteTasks(file: SqliteFile, readOf: Readable['readOf']): string[] {
  const tasks: string[] = [];
  damagedAsNull(() => {
    for (const [taskId, version] of file.iterate('SELECT task_id, version FROM streams ORDER BY id')) {
      if (Number(version) > (readOf.get(String(taskId)) ?? 0)) tasks.push(String(taskId));
      if (tasks.length === MAX_TASKS) return;
    }
  });
  return tasks;
}

async function verifiedUpTo(file: SqliteFile, until: number, whole: boolean): Promise<LogVerification | null> {
  try {
    return await verifyLog(new SqliteLogSource(file), whole ? {} : { until });
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

function damagedAsNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof StoreUnavailableError && (error.cause === 'damaged' || error.cause === 'io');
}
