import fc from 'fast-check';
import type { EventType } from './event.ts';

/*
 * What may be asked of a store, as plain data: numbers are taken modulo what is there when it is asked, so that any
 * shorter list of operations makes sense too.
 */

export const TYPES: readonly EventType[] = ['USER_INTERVENTION', 'TASK_STARTED', 'MODULE_STARTED'];
/** The last two are in the other order when their UTF-16 is compared instead of their bytes. */
export const TASKS = ['a', 'b', '\uff5e', '🧵'];
/** Two stores on one log. */
const by = fc.nat(1);
const task = fc.nat(TASKS.length - 1);
const mostly = <T, U>(usual: T, other: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const draft = fc.record({
  type: fc.nat(TYPES.length - 1),
  word: fc.nat(3),
  codeVersion: mostly(null, fc.nat(4)),
  /** Seconds around now. */
  second: mostly(null, fc.integer({ min: -60, max: 60 })),
  clock: mostly(null, fc.constantFrom<'empty' | 'reporter' | 'earlier'>('empty', 'reporter', 'earlier')),
  /** `option`: what the append says for all. */
  cause: mostly('option' as const, fc.constantFrom<'none' | 'own'>('none', 'own')),
  id: mostly('none' as const, fc.constantFrom<'new' | 'again' | 'misused'>('new', 'again', 'again', 'misused')),
  which: fc.nat(20),
});

/** Of what an append, or its repetition, depends on. */
const conditions = {
  by,
  expected: mostly('none' as const, fc.constantFrom<'right' | 'below' | 'above'>('right', 'right', 'below', 'above')),
  /** Which of the statements alongside find what they ask for. */
  guards: mostly<readonly boolean[], readonly boolean[]>([], fc.array(fc.boolean(), { maxLength: 3 })),
};

const append = fc.record({
  kind: fc.constant('append' as const),
  task,
  drafts: fc.array(draft, { maxLength: 4 }),
  /** Every draft gets an id, so that the append may be repeated. */
  isNamed: fc.boolean(),
  causationId: fc.boolean(),
  correlationId: mostly(null, fc.constantFrom('one', 'two')),
  ...conditions,
});

const repeat = fc.record({ kind: fc.constant('repeat' as const), which: fc.nat(20), ...conditions });

const together = fc.record({
  kind: fc.constant('together' as const),
  appends: fc.array(fc.record({ by, task, events: fc.integer({ min: 1, max: 3 }) }), { minLength: 2, maxLength: 6 }),
});

const many = fc.record({ kind: fc.constant('many' as const), by, task, events: fc.integer({ min: 990, max: 1010 }) });

const read = fc.record({
  kind: fc.constant('read' as const),
  by,
  task,
  asArray: fc.boolean(),
  after: mostly(null, fc.nat(20)),
  until: fc.option(fc.oneof(fc.nat(20), fc.record({ which: fc.nat(20), off: fc.integer({ min: -1, max: 1 }) }))),
  types: fc.option(fc.subarray([...TYPES])),
  limit: fc.option(fc.nat(6)),
  backwards: fc.boolean(),
});

const pages = fc.record({ kind: fc.constant('pages' as const), by, limit: fc.integer({ min: 1, max: 7 }) });
const streams = fc.record({ kind: fc.constant('streams' as const), by, limit: fc.integer({ min: 1, max: 3 }) });
const find = fc.record({ kind: fc.constant('find' as const), by, which: fc.nat(20), upperCase: fc.boolean() });
const stand = fc.record({ kind: fc.constant('stand' as const), by, task });
const follow = fc.record({
  kind: fc.constant('follow' as const),
  by,
  task: fc.option(task),
  back: fc.integer({ min: -1, max: 6 }),
});

export const operation = fc.oneof(
  { weight: 12, arbitrary: append },
  { weight: 3, arbitrary: repeat },
  { weight: 2, arbitrary: together },
  { weight: 6, arbitrary: read },
  { weight: 2, arbitrary: pages },
  { weight: 1, arbitrary: streams },
  { weight: 1, arbitrary: find },
  { weight: 1, arbitrary: stand },
  { weight: 3, arbitrary: follow },
);

/**
 * `stores`: a number when one store is asked everything; null when both are, and a subscription waits for what the
 * other one has appended, which takes longer.
 */
export const history = fc.record({
  onlyStore: fc.oneof({ weight: 14, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.constant(null) }),
  operations: fc.oneof(
    { weight: 20, arbitrary: fc.array(operation, { minLength: 1, maxLength: 30 }) },
    { weight: 1, arbitrary: fc.array(fc.oneof(operation, many), { minLength: 1, maxLength: 10 }) },
  ),
});

export type DraftSpec = typeof draft extends fc.Arbitrary<infer T> ? T : never;
type Kinds = typeof operation | typeof many;
export type Operation = Kinds extends infer A ? (A extends fc.Arbitrary<infer T> ? T : never) : never;
export type Asked<K extends Operation['kind']> = Extract<Operation, { kind: K }>;
export type HistorySpec = typeof history extends fc.Arbitrary<infer T> ? T : never;
