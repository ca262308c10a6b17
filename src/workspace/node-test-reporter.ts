// Runs inside the sandbox, in the same process as the tests: plain Node.js, types that can be stripped, no imports of ours.
import { readFileSync, writeSync } from 'node:fs';
import type { TestEvent } from 'node:test/reporters';

const REPORT = 3;
const MAX_MESSAGE = 4000;

// Taken before any code of the workspace runs, and read off the input, so that a report cannot be imitated by printing.
const secret = readFileSync(0, 'utf8');
const write = writeSync;
const stringify = JSON.stringify;
const root = `${process.cwd()}/`;

const started = Promise.withResolvers<void>();
let isStarted = false;

/** Resolves when the test runner has taken the reporter: from then on nobody else can start it. */
export const reporting: Promise<void> = started.promise;

/** Tells every test's outcome as a line of JSON behind the secret, and at the very end how many there were. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  if (isStarted) return;
  isStarted = true;
  started.resolve();
  const path: string[] = [];
  let tests = 0;
  for await (const event of events) {
    if (event.type === 'test:start') {
      path.length = event.data.nesting;
      path.push(event.data.name);
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { nesting, name, details, skip, todo } = event.data;
    const error = event.type === 'test:fail' ? event.data.details.error : undefined;
    // A suite is told by its tests; only what went wrong around them is its own.
    const isOwn = details.type === 'suite' ? error !== undefined : true;
    if (!isOwn || failureType(error) === 'subtestsFailed') continue;
    tests += 1;
    const isLeftOut = isSet(skip) || isSet(todo);
    send({
      kind: 'test',
      name: [...path.slice(0, nesting), name].join(' > '),
      status: isLeftOut ? 'skipped' : error ? 'failed' : 'passed',
      durationMs: details.duration_ms,
      ...(error ? { message: describe(error) } : {}),
    });
  }
  send({ kind: 'end', tests, missing: [] });
  yield ''; // What people read comes from Node's own reporter beside this one.
}

function send(line: unknown): void {
  write(REPORT, `${secret}${stringify(line)}\n`);
}

/** `skip` and `todo` hold true or the reason, which may be empty. */
function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}

function failureType(error: unknown): unknown {
  return error instanceof Error && 'failureType' in error ? error.failureType : undefined;
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!(cause instanceof Error)) return cut(String(cause));
  const frames = (cause.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  const own = frames.filter((line) => line.includes(root) && !line.includes('node:')).slice(0, 5);
  const title = cause.name === 'AssertionError' ? cause.message : `${cause.name}: ${cause.message}`;
  return cut([title, ...own].join('\n').replaceAll(`file://${root}`, '').replaceAll(root, ''));
}

function cut(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
}
