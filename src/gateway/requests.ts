import { z } from 'zod';
import { InvalidInputError } from '../kernel/errors.ts';
import { plainJsonIssue } from '../kernel/json.ts';

const MAX_ID_LENGTH = 256;

const wellFormed = z.string().refine((text) => text.isWellFormed(), 'holds half of a surrogate pair');
const taskId = wellFormed.min(1).max(MAX_ID_LENGTH);
const words = (max: number) => wellFormed.max(max).refine((text) => text.trim() !== '', 'is blank');
const position = z.int().min(0);

const subscription = {
  afterStreamSequence: position.optional(),
  types: z.array(z.string().min(1).max(64)).min(1).max(64).optional(),
};

/** What a client may send, by the name of the message: strict, so that a misspelt field is an error and not ignored. */
export const requests = {
  subscribe: z.union([
    z.strictObject({ ...subscription, taskId, all: z.literal(false).optional(), wait: z.boolean().optional() }),
    z.strictObject({ ...subscription, all: z.literal(true), wait: z.boolean().optional() }),
  ]),
  unsubscribe: z.strictObject({ subscriptionId: z.string().min(1).max(64) }),
  intervene: z.strictObject({ taskId, guidance: words(20_000), by: words(100).optional() }),
  cancel: z.strictObject({ taskId, reason: words(1000).optional(), by: words(100).optional() }),
  getState: z.strictObject({
    taskId,
    until: z.union([position, z.iso.datetime({ offset: true })]).optional(),
  }),
};

export type RequestName = keyof typeof requests;

export type RequestOf<Name extends RequestName> = z.infer<(typeof requests)[Name]>;

export const requestNames = Object.keys(requests) as readonly RequestName[];

/** Reads what a client has sent. Throws InvalidInputError that says what is wrong where; runs no code of the value. */
export function readRequest<Name extends RequestName>(name: Name, value: unknown): RequestOf<Name> {
  const notJson = plainJsonIssue(value, '');
  if (notJson) throw new InvalidInputError([notJson]);
  const parsed = requests[name].safeParse(value);
  // The schema of this name gives what this name stands for.
  if (parsed.success) return parsed.data as RequestOf<Name>;
  throw new InvalidInputError(
    flat(parsed.error.issues).map(({ path, message }) => ({ path: pathOf(path), message: message.slice(0, 300) })),
  );
}

/** Of a union the issues of the branch that fits best, which is the one with the fewest. */
function flat(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue];
    const [best] = issue.errors.toSorted((a, b) => a.length - b.length);
    return best ? flat(best) : [issue];
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
