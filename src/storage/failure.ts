/** Why the store cannot be reached or written, in words a person and a program can act on. */
export type StoreProblem =
  'diskFull' | 'readOnly' | 'permission' | 'fileDeleted' | 'missing' | 'locked' | 'damaged' | 'io' | 'unreachable';

/** What went wrong, as plain data that can cross between threads. */
export type Failure =
  | { readonly kind: 'unavailable'; readonly problem: StoreProblem; readonly message: string }
  | { readonly kind: 'guard'; readonly guard: string; readonly expected: number; readonly changed: number }
  | { readonly kind: 'newer'; readonly module: string; readonly known: number; readonly found: number }
  | { readonly kind: 'statement'; readonly message: string };

/** Primary result codes of SQLite, https://sqlite.org/rescode.html. */
const problems: Readonly<Record<number, StoreProblem>> = {
  3: 'permission',
  5: 'locked',
  6: 'locked',
  8: 'readOnly',
  10: 'io',
  11: 'damaged',
  13: 'diskFull',
  14: 'permission',
  23: 'permission',
  26: 'damaged',
};

const NO_SPACE_LEFT = /no space left|disk is full|database or disk is full/i;

/** A guard that found something else than it expects; caught where the write is undone. */
export class GuardRefusal extends Error {
  readonly failure: Failure;

  constructor(guard: string, expected: number, changed: number) {
    super(`Guard ${guard} expected ${expected} changed rows, not ${changed}.`);
    this.failure = { kind: 'guard', guard, expected, changed };
  }
}

/** What a thrown value means. Anything that the file or its disk is not to blame for is a `statement` failure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GuardRefusal) return error.failure;
  const message = textOf(error);
  const problem = problemOf(error);
  return problem ? { kind: 'unavailable', problem, message } : { kind: 'statement', message };
}

/** The cause word of an error of SQLite, or null when the file is not to blame. */
export function problemOf(error: unknown): StoreProblem | null {
  // Not by `instanceof`: SQLite's errors belong to the realm that loaded it.
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null;
  const problem = problems[Number(error.errcode) & 0xff] ?? null;
  return problem === 'io' && NO_SPACE_LEFT.test(textOf(error)) ? 'diskFull' : problem;
}

function textOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
