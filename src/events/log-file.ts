import { hash as digest } from 'node:crypto';
import { eventTypeIssue, parseTimestamp, streamId } from './event-fields.ts';
import { toTimestamp } from '../kernel/clock.ts';
import type { Issue } from '../kernel/errors.ts';
import type { NewEvent, StreamStand } from './append-plan.ts';
import { FIRST_HASH, chainedHash } from './event-hash.ts';
import type { ChainedRow } from './log-source.ts';
import { fieldIssues } from './parse-event.ts';
import { type Generations, RetiredProcesses } from './retired-processes.ts';
import { merge, type VectorClock } from './vector-clock.ts';
import { sealWith } from './verify-log.ts';

/*
 * A log as JSON Lines: a first line that says what it is, an event a line in the order of the log, a line for each
 * stream in which processes are retired, and a last line with the number of events and the seal. Reading it checks
 * every hash, so that a damaged line is known by its number.
 */

const FORMAT = 'taskloom-log';
const FORMAT_VERSION = 2;
/** Version 1 knew no actors: it reads as well. */
const READABLE: readonly unknown[] = [1, FORMAT_VERSION];
const NOT_AS_WRITTEN = 'is not as it was written: its hash does not fit';

export const firstLine = JSON.stringify({ format: FORMAT, version: FORMAT_VERSION });

export function lineOf(row: ChainedRow): string {
  const fields = JSON.stringify({
    sequenceNumber: row[0],
    taskId: row[1],
    streamSequence: row[2],
    eventId: row[3],
    eventType: row[4],
    typeVersion: row[11],
    timestamp: row[5],
    causationId: row[7],
    correlationId: row[8],
    codeVersion: row[9],
    hash: row[14],
  });
  const actor = row[13] === null ? '' : `,"actor":${row[13]}`;
  // Clock, actor and data as they are stored: the hash is over these very characters.
  return `${fields.slice(0, -1)},"vectorClock":${row[6]}${actor},"data":${row[10]}}`;
}

export function retiredLineOf(taskId: string, generations: string): string {
  const hash = retiredHash(taskId, generations);
  return `{"taskId":${JSON.stringify(taskId)},"retired":${generations},"hash":"${hash}"}`;
}

/** `retirements`: in how many streams there are some. */
export function lastLineOf(events: number, seal: string, retirements: number): string {
  return JSON.stringify({ events, seal, retirements });
}

function retiredHash(taskId: string, generations: string): string {
  return digest('sha256', `${JSON.stringify(taskId)}\n${generations}`);
}

/** What is wrong with a line of a log file; the file cannot be imported, and nothing of it was. */
export class DamagedLine extends Error {
  readonly line: number;

  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

/** An event of the file, and whether it begins its stream. */
export interface ReadEvent {
  readonly taskId: string;
  readonly row: NewEvent;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads a log file line by line, in order, and checks that it is whole: `take` gives the event of a line, or null for a
 * line that is none; `end` what every stream comes to. Both throw DamagedLine. Memory: one entry a stream.
 */
export class LogFileReading {
  private readonly streams = new Map<string, Mutable<StreamStand>>();
  private line = 0;
  private sequence = 0;
  private seal = FIRST_HASH;
  private retirements = 0;
  private ended = false;

  get lines(): number {
    return this.line;
  }

  get events(): number {
    return this.sequence;
  }

  take(text: string): ReadEvent | null {
    this.line += 1;
    const value = this.parse(text);
    if (this.line === 1) return this.first(value);
    if (this.ended) throw this.damaged('comes after the last line of a log');
    if ('eventId' in value) return this.event(value);
    if ('retired' in value) return this.retired(value);
    if ('seal' in value) return this.last(value);
    throw this.damaged('is neither an event nor anything else that a log holds');
  }

  /** What is wrong with the line that was taken last, where only its reader can tell. */
  damaged(problem: string): DamagedLine {
    return new DamagedLine(this.line, problem);
  }

  /** The same of the one that comes next. */
  nextDamaged(problem: string): DamagedLine {
    return new DamagedLine(this.line + 1, problem);
  }

  end(): { readonly streams: ReadonlyMap<string, StreamStand>; readonly seal: string } {
    if (this.ended) return { streams: this.streams, seal: this.seal };
    this.line += 1;
    throw this.damaged(`is missing: the file ends after event ${this.sequence} without the last line of a log`);
  }

  private first({ format, version }: Readonly<Record<string, unknown>>): null {
    if (format !== FORMAT) throw this.damaged(`is not the first line of a log, ${firstLine}`);
    if (!READABLE.includes(version)) {
      throw this.damaged(`has version ${String(version)} of the format, this program knows ${READABLE.join(' and ')}`);
    }
    return null;
  }

  private event(value: Readonly<Record<string, unknown>>): ReadEvent {
    const { hash, ...facts } = this.facts(value);
    if (facts.sequence !== this.sequence + 1) {
      throw this.damaged(`holds event ${facts.sequence}, but event ${this.sequence + 1} comes next`);
    }
    const stream = this.streams.get(facts.taskId) ?? this.begin(facts.taskId, facts.correlationId);
    if (facts.streamSequence !== stream.version + 1) {
      throw this.damaged(`holds event ${facts.streamSequence} of its task, but ${stream.version + 1} comes next`);
    }
    if (chainedHash(stream.hash, facts) !== hash) throw this.damaged(NOT_AS_WRITTEN);
    stream.version = facts.streamSequence;
    stream.hash = hash;
    stream.codeVersion = Math.max(stream.codeVersion, facts.codeVersion);
    stream.clock = merge(stream.clock, JSON.parse(facts.clock) as VectorClock);
    this.sequence = facts.sequence;
    this.seal = sealWith(this.seal, hash);
    return { taskId: facts.taskId, row: { ...facts, hash } };
  }

  private retired({ taskId, retired, hash }: Readonly<Record<string, unknown>>): null {
    const stream = this.streams.get(String(taskId));
    if (!stream || !isGenerations(retired)) throw this.damaged('names retired processes of a task that is not there');
    if (hash !== retiredHash(String(taskId), JSON.stringify(retired))) throw this.damaged(NOT_AS_WRITTEN);
    if (stream.retired !== RetiredProcesses.none) throw this.damaged('names the retired processes of a task again');
    this.retirements += 1;
    stream.retired = new RetiredProcesses(retired);
    stream.clock = stream.retired.fold(stream.clock);
    return null;
  }

  private last({ events, seal, retirements }: Readonly<Record<string, unknown>>): null {
    if (events !== this.sequence) throw this.damaged(`counts ${String(events)} events, but ${this.sequence} are there`);
    if (retirements !== this.retirements) {
      throw this.damaged(
        `counts ${String(retirements)} tasks with retired processes, but ${this.retirements} are there`,
      );
    }
    if (seal !== this.seal) throw this.damaged('has the seal of another log');
    this.ended = true;
    return null;
  }

  private begin(taskId: string, correlationId: string): Mutable<StreamStand> {
    const retired = RetiredProcesses.none;
    const stream = { version: 0, codeVersion: 0, clock: {}, hash: FIRST_HASH, correlationId, retired };
    this.streams.set(taskId, stream);
    return stream;
  }

  /** The fields of an event, each such as an append would have made it; whether they are right is for the hash to say. */
  private facts(value: Readonly<Record<string, unknown>>): NewEvent {
    const text = (field: string): string => {
      const given = value[field];
      return typeof given === 'string' ? given : this.refuse(`has no text as ${field}`);
    };
    const count = (field: string): number => {
      const given = value[field];
      return Number.isSafeInteger(given) ? (given as number) : this.refuse(`has no whole number as ${field}`);
    };
    const facts: NewEvent = {
      sequence: count('sequenceNumber'),
      taskId: text('taskId'),
      streamSequence: count('streamSequence'),
      eventId: text('eventId'),
      eventType: text('eventType'),
      typeVersion: count('typeVersion'),
      timestamp: text('timestamp'),
      clock: JSON.stringify(value.vectorClock),
      causationId: value.causationId === null ? null : text('causationId'),
      correlationId: text('correlationId'),
      codeVersion: count('codeVersion'),
      data: JSON.stringify(value.data),
      actor: value.actor === undefined ? null : JSON.stringify(value.actor),
      hash: text('hash'),
    };
    const [issue] = [...fieldIssues(value), ...formIssues(facts)];
    return issue ? this.refuse(`has a wrong ${issue.path}: it ${issue.message}`) : facts;
  }

  private parse(text: string): Readonly<Record<string, unknown>> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = null;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('is no JSON object');
    return value as Readonly<Record<string, unknown>>;
  }

  private refuse(problem: string): never {
    throw this.damaged(problem);
  }
}

/** What an append would have written in another form, or not at all. */
function formIssues({ taskId, eventId, eventType, timestamp, typeVersion }: NewEvent): Issue[] {
  const other = (path: string, form: string) => ({ path, message: `is not written as ${form}` });
  return [
    taskId === streamId(taskId) ? null : other('taskId', JSON.stringify(streamId(taskId))),
    eventId === eventId.toLowerCase() ? null : other('eventId', eventId.toLowerCase()),
    eventTypeIssue(eventType),
    timestamp === toTimestamp(parseTimestamp(timestamp) ?? 0) ? null : other('timestamp', '2026-01-31T12:00:00.000Z'),
    typeVersion > 0 ? null : other('typeVersion', '1 or more'),
  ].filter((issue) => issue !== null);
}

function isGenerations(value: unknown): value is Generations {
  const isIds = (ids: unknown) => Array.isArray(ids) && ids.every((id) => typeof id === 'string');
  return Array.isArray(value) && value.every(isIds);
}
