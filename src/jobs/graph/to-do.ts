import { z } from 'zod';
import type { Json } from '../../kernel/json.ts';
import { jsonObject } from '../json-value.ts';

const MAX_TEXT = 100_000;
const MAX_DEPENDENCIES = 1000;
const MAX_RETRIES = 100;
const MAX_TIMEOUT_MS = 86_400_000;
const MAX_CAPABILITIES = 20;

/** Actions that steps of the house have; an agent may know others. */
export const wellKnownActions = [
  'open_app',
  'click',
  'type',
  'wait_for',
  'playwright',
  'uia',
  'send_mail',
  'http',
  'rpn',
  'code',
  'approval',
] as const;

const stepId = () =>
  z.string().regex(/^[\p{L}\p{N}_-]{1,100}$/u, 'give 1 to 100 letters, digits, hyphens and underscores');

const dependency = z.strictObject({
  /** The id of the step that must have ended before. */
  step: stepId(),
  /** What becomes of this step once that one is done. */
  onDone: z.enum(['run', 'skip']).default('run'),
  /** … has failed for good. */
  onFailure: z.enum(['fail', 'skip', 'run']).default('fail'),
  /** … was skipped. */
  onSkip: z.enum(['skip', 'run']).default('skip'),
});

/** The form of a step as it is given; what is left out gets its default. */
export const toDoSchema = z.strictObject({
  id: stepId(),
  action: z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'give a lower-case name such as http or send_mail'),
  selector: z.string().max(MAX_TEXT).nullable().default(null),
  text: z.string().max(MAX_TEXT).nullable().default(null),
  params: jsonObject().default({}),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).nullable().default(null),
  /** An id alone stands for an edge with the defaults. */
  dependsOn: z
    .array(z.preprocess((given) => (typeof given === 'string' ? { step: given } : given), dependency))
    .max(MAX_DEPENDENCIES)
    .default([]),
  retries: z.int().min(0).max(MAX_RETRIES).nullable().default(null),
  approvals: z.int().min(0).max(2).default(0),
  capabilities: z.array(z.string().min(1).max(100)).max(MAX_CAPABILITIES).default([]),
});

/** An edge of the graph: which step must have ended, and what its end means for the one that waits. */
export type Dependency = Readonly<z.infer<typeof dependency>>;

/** One step of a job: complete, checked, frozen. */
export interface ToDo {
  /** Unique in its graph: 1 to 100 letters, digits, hyphens and underscores. */
  readonly id: string;
  /** What is done: the name of an executor, or of something that an agent can. */
  readonly action: string;
  /** What on the page or screen is meant. */
  readonly selector: string | null;
  /** What is typed, or said. */
  readonly text: string | null;
  /** Further values of the action. `{{steps.<id>.result}}` in them stands for the result of a step in dependsOn. */
  readonly params: Readonly<Record<string, Json>>;
  /** Longest time for one attempt; null: that of the action. */
  readonly timeoutMs: number | null;
  /** Steps that must have ended before. */
  readonly dependsOn: readonly Dependency[];
  /** How often it is tried again after it failed; null: as often as the job says. */
  readonly retries: number | null;
  /** How many people have to approve it before it runs: 0 to 2. */
  readonly approvals: number;
  /** What the agent that does it must be able to do besides the action. */
  readonly capabilities: readonly string[];
}

/** A step as a caller gives it. */
export type ToDoInput = Omit<Partial<ToDo>, 'id' | 'action' | 'dependsOn'> &
  Pick<ToDo, 'id' | 'action'> & {
    readonly dependsOn?: readonly (string | (Pick<Dependency, 'step'> & Partial<Dependency>))[];
  };
