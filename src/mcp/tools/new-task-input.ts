import { z } from 'zod';
import type { TaskLimits } from '../../events/index.ts';
import type { Configuration } from '../../kernel/configuration.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { NewTask } from '../../tasks/index.ts';
import { metadata, newTaskId, text, wholeNumber } from '../fields.ts';

const file = z.strictObject({
  path: text('Relative path inside the workspace, with /', { max: 1024 }),
  content: text('The whole content', { mayBeEmpty: true }),
  role: z
    .enum(['test', 'regression', 'source', 'fixture'])
    .describe(
      'test: the measure, which no model changes; regression: a test that must stay green; source: a model may change it; fixture: data that tests read',
    )
    .default('source'),
});

const module = z.strictObject({
  path: text('Path of the file to write', { max: 1024 }),
  description: text('What it is to do', { max: 20_000, mayBeEmpty: true }).default(''),
  depends_on: z
    .array(text('A path', { max: 1024 }))
    .max(1000)
    .describe('Paths that must be complete first')
    .default([]),
});

export const limitsInput = z.strictObject({
  max_iterations: wholeNumber('Corrections of one module', 1, 1000).optional(),
  max_tokens: wholeNumber('Tokens of all model calls', 1, 1e12).optional(),
  max_cost_usd: z.number().min(0).max(1e6).describe('US dollars, where prices are known').optional(),
  max_seconds: wholeNumber('Seconds the task may hold a slot', 1, 86_400).optional(),
});

/** What describes a new coding task; all but the prompt may be left out. */
export const newTaskFields = {
  prompt: text('What to build, in plain words; say how it will be used and what it must not do'),
  answers: z
    .array(text('An answer', { max: 100_000, mayBeEmpty: true }))
    .max(10_000)
    .describe('Answers to questions that were asked before')
    .optional(),
  priority: z
    .union([z.string().max(64), wholeNumber('From 0 (most urgent) to 100', 0, 100)])
    .describe('CRITICAL, HIGH, MEDIUM, LOW or a number from 0 (most urgent) to 100. Default: MEDIUM')
    .optional(),
  task_id: newTaskId().optional(),
  language: text('javascript, typescript or python. Default: the plan decides', { max: 64 }).optional(),
  files: z
    .array(file)
    .max(1000)
    .describe('Files that are in the workspace from the start; give your tests here')
    .optional(),
  modules: z.array(module).max(1000).describe('A short plan: with it no planning call is made').optional(),
  plan: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .describe('A whole plan, as an object or its Markdown, instead of modules')
    .optional(),
  require_approval: z.boolean().describe('Stop after planning until the plan is approved').optional(),
  limits: limitsInput.describe('What the task may use up; at a limit it pauses').optional(),
  models: z
    .strictObject({
      planner: text('Model that plans', { max: 256 }).optional(),
      executor: text('Model that writes and corrects code', { max: 256 }).optional(),
    })
    .describe('Models by name, instead of the configured ones')
    .optional(),
  metadata: metadata().optional(),
  submitter: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/)
    .describe('On whose behalf: submitters take turns. Visible ASCII characters without spaces')
    .optional(),
  idempotency_key: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .describe('Makes a repeat answer the first task instead of creating another; a UUID is a good one')
    .optional(),
};

type NewTaskInput = z.output<z.ZodObject<typeof newTaskFields>>;

/** In the words of the service. Throws InvalidInputError for a prompt that is longer than the configuration allows. */
export function newTaskOf(input: NewTaskInput, { PROMPT_MAX_CHARS }: Configuration): NewTask {
  const { prompt, answers, priority, language, files, modules, plan, limits, models } = input;
  checkLength(prompt, PROMPT_MAX_CHARS);
  return {
    ...{ prompt, answers, priority, language, files, plan, models },
    taskId: input.task_id,
    modules: modules?.map(({ depends_on, ...planned }) => ({ ...planned, dependsOn: depends_on })),
    requireApproval: input.require_approval,
    limits: limits && limitsOf(limits),
    metadata: input.metadata,
  };
}

export function limitsOf(limits: z.output<typeof limitsInput>): TaskLimits {
  return {
    maxIterations: limits.max_iterations,
    maxTokens: limits.max_tokens,
    maxCostUsd: limits.max_cost_usd,
    maxSeconds: limits.max_seconds,
  };
}

function checkLength(prompt: string, max: number): void {
  // Code units are never fewer than characters, and they need no counting.
  const characters = prompt.length <= max ? prompt.length : Array.from(prompt).length;
  if (characters <= max) return;
  const message = `has ${characters} characters, more than the ${max} that PROMPT_MAX_CHARS allows: shorten it`;
  throw new InvalidInputError([{ path: 'prompt', message }]);
}
