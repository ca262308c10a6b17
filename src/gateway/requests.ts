import { z } from 'zod';
import { strategies } from '../broker/index.ts';
import { MAX_ANSWER_CHARACTERS } from '../jobs/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { type Json, plainJsonIssue } from '../kernel/json.ts';

const MAX_ID_LENGTH = 256;
const MAX_MESSAGE_TIMEOUT_MS = 3_600_000;

const wellFormed = z.string().refine((text) => text.isWellFormed(), 'holds half of a surrogate pair');
const taskId = wellFormed.min(1).max(MAX_ID_LENGTH);
const words = (max: number) => wellFormed.max(max).refine((text) => text.trim() !== '', 'is blank');
const position = z.int().min(0);

const name = wellFormed.min(1).max(100);
// That it is plain JSON has been found out before.
const json = z.custom<Json>((value) => value !== undefined, 'is missing');
const clock = z.record(z.string().min(1).max(256), z.int().min(0));
const assignment = { messageId: z.uuid(), lease: z.uuid() };
const lastLease = z.uuid().nullable();

const subscription = {
  afterStreamSequence: position.optional(),
  types: z.array(z.string().min(1).max(64)).min(1).max(64).optional(),
};

const limits = z.strictObject({
  maxIterations: z.int().min(1).max(1000).optional(),
  maxTokens: z.int().min(1).max(1e12).optional(),
  maxCostUsd: z.number().min(0).max(1e6).optional(),
  maxSeconds: z.int().min(1).max(86_400).optional(),
});

/** What a client may send, by the name of the message: strict, so that a misspelt field is an error and not ignored. */
export const requests = {
  subscribe: z.union([
    z.strictObject({ ...subscription, taskId, all: z.literal(false).optional(), wait: z.boolean().optional() }),
    z.strictObject({ ...subscription, jobId: taskId, wait: z.boolean().optional() }),
    z.strictObject({ ...subscription, all: z.literal(true), wait: z.boolean().optional() }),
  ]),
  unsubscribe: z.strictObject({ subscriptionId: z.string().min(1).max(64) }),
  intervene: z.strictObject({
    taskId,
    guidance: words(20_000),
    action: z.enum(['pause', 'resume']).optional(),
    by: words(100).optional(),
  }),
  pause: z.strictObject({ taskId, reason: words(1000).optional(), by: words(100).optional() }),
  resume: z.strictObject({ taskId, limits: limits.optional(), by: words(100).optional() }),
  answer: z.strictObject({ taskId, answers: z.array(wellFormed.max(20_000)).max(100), by: words(100).optional() }),
  cancel: z.strictObject({ taskId, reason: words(1000).optional(), by: words(100).optional() }),
  getState: z.strictObject({
    taskId,
    until: z.union([position, z.iso.datetime({ offset: true })]).optional(),
  }),
  'broker:dispatch': z.strictObject({
    strategy: z.enum(strategies),
    target: name.optional(),
    type: name.optional(),
    capabilities: z.array(name).max(64).optional(),
    payload: json,
    timeoutMs: z.int().min(1).max(MAX_MESSAGE_TIMEOUT_MS).optional(),
    repeatable: z.boolean().optional(),
  }),
  'worker:register': z.strictObject({
    type: name,
    capabilities: z.array(name).max(64).optional(),
    maxConcurrent: z.int().min(1).max(1000).optional(),
    workerId: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'is no id: letters, digits, dot, hyphen, underscore')
      .optional(),
    resumeToken: z.string().max(100).optional(),
    holding: z.array(z.uuid()).max(1000).optional(),
    lastLease: lastLease.optional(),
  }),
  'worker:heartbeat': z.strictObject({
    lastLease,
    load: z.number().min(0).max(1_000_000).optional(),
    cost: z.number().min(0).max(1e12).optional(),
    clock: clock.optional(),
  }),
  'worker:progress': z.strictObject({ ...assignment, progress: json }),
  'worker:result': z.strictObject({ ...assignment, result: json, clock: clock.optional() }),
  'worker:error': z.strictObject({ ...assignment, code: z.string().min(1).max(100), message: wellFormed.max(2000) }),
  'worker:leave': z.strictObject({}),
  'job:cancel': z.strictObject({ jobId: taskId, reason: words(1000).optional(), by: words(100).optional() }),
  'job:retry': z.strictObject({ jobId: taskId, by: words(100).optional() }),
  'approval:decide': z.strictObject({
    approvalId: z.uuid(),
    decision: z.enum(['approve', 'refuse']),
    hash: z.string().min(1).max(64),
    by: words(100).optional(),
    reason: words(1000).optional(),
    answer: words(MAX_ANSWER_CHARACTERS).optional(),
  }),
  'agent:connect': z.strictObject({
    agentId: name,
    key: z.string().min(1).max(200),
    holding: z.array(z.uuid()).max(10_000).optional(),
  }),
  'agent:heartbeat': z.strictObject({ load: z.number().min(0).max(1).optional() }),
  'agent:message': z.strictObject({ message: json }),
  'agent:leave': z.strictObject({}),
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
