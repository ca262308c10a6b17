import type { StoredEvent } from '../../events/index.ts';
import { type CodeFile, type CodeSymbol, type ModuleCode, readModuleCode } from './module-code.ts';
import { Outlines } from './outlines.ts';
import { type Payload, countOf, payloadOf, payloadsOf, textOf, textsOf } from './payload.ts';
import { readPlan } from './read-plan.ts';
import type { RecordContent, TaskRecord, TestFailure } from './task-record.ts';

const MAX_FAILURES = 20;

/**
 * The events of one task as records, by sequence whatever their order here; those that say nothing for a context are
 * left out. Deterministic. Give the same `outlines` again and code that was seen before is not parsed again.
 */
export async function readTask(
  events: readonly StoredEvent[],
  outlines = new Outlines(),
): Promise<readonly TaskRecord[]> {
  const reader = new TaskReader(outlines);
  const records: TaskRecord[] = [];
  const inOrder = [...events].sort((a, b) => a.streamSequence - b.streamSequence);
  for (const event of inOrder) records.push(...(await reader.read(event)));
  return records;
}

/** Reads one event after the other; remembers what files hold, as imports and changes are told by it. */
export class TaskReader {
  readonly #outlines: Outlines;
  readonly #paths = new Set<string>();
  readonly #code = new Map<string, ModuleCode>();

  constructor(outlines: Outlines) {
    this.#outlines = outlines;
  }

  async read(event: StoredEvent): Promise<readonly TaskRecord[]> {
    const { streamSequence: sequence, eventId, timestamp, vectorClock, codeVersion } = event;
    const origin = { sequence, eventId, timestamp, vectorClock: vectorClock ?? {}, codeVersion: codeVersion ?? 0 };
    return (await this.#contentsOf(event)).map((content) => ({ ...origin, ...content }));
  }

  async #contentsOf({ eventType, data }: StoredEvent): Promise<readonly RecordContent[]> {
    const payload = payloadOf(data);
    switch (eventType) {
      case 'TASK_CREATED':
        return [
          { kind: 'asked', prompt: textOf(payload['prompt']) },
          ...textsOf(payload['answers']).map((text) => said('requirement', text)),
          ...(await this.#readFiles(payload, false)),
        ];
      case 'PLANNING_COMPLETE':
      case 'PLAN_EDITED': {
        const plan = readPlan(payload);
        for (const { path } of plan.modules) this.#paths.add(path);
        for (const path of plan.removed) this.#forget(path);
        return [plan];
      }
      case 'CODE_GENERATED':
      case 'TESTS_WRITTEN':
        return this.#readFiles(payload, false);
      case 'CORRECTION_COMPLETED':
        return this.#readFiles(payload, true);
      case 'TEST_PASSED':
      case 'TEST_FAILED':
        return [readTests(payload)];
      case 'USER_INTERVENTION':
        return [said('requirement', textOf(payload['guidance']))];
      case 'QUESTIONS_ANSWERED':
        return textsOf(payload['answers']).map((text) => said('requirement', text));
      case 'PLAN_REJECTED':
        for (const path of textsOf(payload['removed'])) this.#forget(path);
        return [said('decision', `The plan was rejected: ${textOf(payload['reason'])}`)];
      case 'BUG_REPORT_RECEIVED': {
        const { description } = payloadOf(payload['report']);
        return [said('error', textOf(description), textOf(payload['module']))];
      }
      case 'TASK_COMPLETE':
        return [{ kind: 'ended', outcome: 'complete', text: textOf(payload['summary']) }];
      case 'TASK_FAILED':
        return [{ kind: 'ended', outcome: 'failed', text: textOf(payload['reason']) }];
      case 'TASK_CANCELLED':
        return [{ kind: 'ended', outcome: 'cancelled', text: textOf(payload['reason']) }];
      default:
        return [];
    }
  }

  async #readFiles(payload: Payload, isCorrection: boolean): Promise<readonly RecordContent[]> {
    const files = payloadsOf(payload['files'])
      .map(codeFileOf)
      .filter(({ path }) => path !== '');
    if (files.length === 0) return [];
    for (const { path } of files) this.#paths.add(path);
    const read: ModuleCode[] = [];
    for (const file of files) read.push(await readModuleCode(file, this.#paths, this.#outlines));
    const changed = read.flatMap((file) => changedSymbols(this.#code.get(file.path), file));
    for (const file of read) this.#code.set(file.path, file);
    return [{ kind: 'coded', files: read, isCorrection, changed }];
  }

  #forget(path: string): void {
    this.#paths.delete(path);
    this.#code.delete(path);
  }
}

function codeFileOf(payload: Payload): CodeFile {
  const role = textOf(payload['role']) || 'source';
  return { path: textOf(payload['path']), content: textOf(payload['content']), role };
}

function changedSymbols(before: ModuleCode | undefined, after: ModuleCode): readonly string[] {
  const codeOf = (symbols: readonly CodeSymbol[]) => new Map(symbols.map(({ id, code }) => [id, code]));
  const [old, now] = [codeOf(before?.symbols ?? []), codeOf(after.symbols)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((id) => old.get(id) !== now.get(id));
}

function readTests(payload: Payload): RecordContent {
  const failed = payloadsOf(payload['results']).filter(({ status }) => status === 'failed');
  const failures: TestFailure[] = failed
    .slice(0, MAX_FAILURES)
    .map(({ name, message }) => ({ test: textOf(name) || 'a test', message: textOf(message) }));
  const problem = textOf(payload['problem']);
  if (problem !== '') failures.unshift({ test: 'the run', message: problem });
  return { kind: 'tested', module: textOf(payload['module']), failures, passed: countOf(payload['passed']) };
}

function said(as: 'requirement' | 'decision' | 'error', text: string, about = ''): RecordContent {
  return { kind: 'said', as, text, about };
}
