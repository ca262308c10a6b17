import { z } from 'zod';
import { safePath, UnsafePathError } from '../../workspace/index.ts';

// One schema: what is accepted of callers, filled in, and documented in the API cannot part.

const MAX_NAME = 200;
const MAX_PATH = 1024;
const MAX_TEXT = 200_000;
const MAX_ITEMS = 1000;
const MAX_AGENTS = 100;

/** Stands in no text that anybody needs, and could steer a terminal. Tabs and newlines are fine. */
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/; // eslint-disable-line no-control-regex -- these are what is refused

interface About {
  readonly description: string;
  readonly example: unknown;
}

const plainText = (maxLength: number, tidy: (text: string) => string) =>
  z
    .string()
    .overwrite((text) => tidy(text.replace(/\r\n?/g, '\n')))
    .max(maxLength)
    .refine((text) => text.isWellFormed(), 'holds half of a surrogate pair, which is no character')
    .refine((text) => !CONTROL_CHARACTER.test(text), 'holds a control character: leave it out');

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
/** Blank lines in front and blanks at the end say nothing; what is indented stays so. */
const wholeLines = (text: string) => text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();

/** As workspaces name it; what is wrong with an unsafe one is said of it as it was given. */
const normalPath = (path: string) => {
  try {
    return safePath(path);
  } catch (error) {
    if (error instanceof UnsafePathError) return path;
    throw error;
  }
};

const name = (about: About, maxLength = MAX_NAME) =>
  plainText(maxLength, oneLine)
    .min(1)
    .meta({ ...about });
const maybeName = (about: About) =>
  plainText(MAX_NAME, oneLine)
    .default('')
    .meta({ ...about });
const words = () => plainText(MAX_TEXT, (text) => text.trim());
const text = (about: About) =>
  words()
    .min(1)
    .meta({ ...about });
const maybeText = (about: About) =>
  words()
    .default('')
    .meta({ ...about });
const lines = (about: About) =>
  plainText(MAX_TEXT, wholeLines)
    .default('')
    .meta({ ...about });
const texts = (about: About) =>
  z
    .array(words().min(1))
    .max(MAX_ITEMS)
    .default([])
    .meta({ ...about });

const overview = z.strictObject({
  objective: text({ description: 'What is built and why, in one sentence', example: 'Make titles usable in URLs' }),
  scope: z
    .strictObject({
      includes: texts({ description: 'What is built', example: ['slugify(text)'] }),
      excludes: texts({ description: 'What is not', example: ['Transliteration'] }),
    })
    .prefault({})
    .meta({ description: 'What is built and what is not', example: { includes: ['slugify(text)'], excludes: [] } }),
  dependencies: z
    .array(
      z.strictObject({
        name: name({ description: 'Package, service or part', example: 'ajv' }),
        version: maybeName({ description: 'Its version', example: '8.20.0' }),
      }),
    )
    .max(MAX_ITEMS)
    .default([])
    .meta({ description: 'What has to be there', example: [{ name: 'ajv', version: '8.20.0' }] }),
  complexity: z
    .strictObject({
      level: z.enum(['low', 'medium', 'high']).meta({ description: 'How hard it is', example: 'low' }),
      reason: maybeText({ description: 'Why', example: 'One pure function' }),
    })
    .nullable()
    .default(null)
    .meta({ description: 'An estimate; null: none', example: { level: 'low', reason: 'One pure function' } }),
});

const clarifications = z
  .strictObject({
    testFramework: lines({ description: 'How tests are run', example: 'node:test, beside the source' }),
    fileLocations: lines({ description: 'Where things stand', example: 'Sources: src' }),
    environment: lines({ description: 'What has to be set up', example: 'npm install' }),
  })
  .prefault({})
  .meta({ description: 'What is often misunderstood', example: { testFramework: 'node:test, beside the source' } });

const approach = z
  .strictObject({
    decisions: z
      .array(
        z.strictObject({
          decision: text({ description: 'What was decided', example: 'Hyphens between words' }),
          rationale: maybeText({ description: 'Why', example: 'Search engines split at them' }),
          alternative: maybeText({ description: 'What else was considered', example: 'Underscores' }),
          whyRejected: maybeText({ description: 'Why not that', example: 'They join words' }),
        }),
      )
      .max(MAX_ITEMS)
      .default([])
      .meta({ description: 'Decisions with what speaks for them', example: [{ decision: 'Hyphens between words' }] }),
    modulePlacement: z
      .array(
        z.strictObject({
          concern: text({ description: 'Kind of code', example: 'Text functions' }),
          path: name({ description: 'Where it stands', example: 'src/text/' }, MAX_PATH),
        }),
      )
      .max(MAX_ITEMS)
      .default([])
      .meta({ description: 'Which code stands where', example: [{ concern: 'Text functions', path: 'src/text/' }] }),
    integrationPoints: texts({ description: 'What touches what is there', example: ['The router imports slugify'] }),
    dataFlow: lines({ description: 'From input to output', example: 'title → words → slug' }),
  })
  .prefault({})
  .meta({ description: 'How it is done', example: { dataFlow: 'title → words → slug' } });

const task = z.strictObject({
  name: name({ description: 'Unique within the plan', example: 'Write slugify' }),
  module: maybeName({ description: 'Directory or part that it belongs to', example: 'src/text/' }),
  description: maybeText({ description: 'What it accomplishes', example: 'Exports slugify(text)' }),
  acceptanceCriteria: texts({ description: 'What can be measured', example: ['slugify("A b") is "a-b"'] }),
  files: z
    .array(plainText(MAX_PATH, normalPath))
    .min(1)
    .max(MAX_ITEMS)
    .meta({ description: 'Paths to write, each after those it needs', example: ['src/text/slugify.js'] }),
  dependencies: z
    .array(plainText(MAX_NAME, oneLine).min(1))
    .max(MAX_ITEMS)
    .default([])
    .meta({ description: 'Names of tasks that must be complete first', example: ['Write words'] }),
  configuration: lines({ description: 'Constants, settings', example: 'const MAX_LENGTH = 60;' }),
  codeExample: lines({ description: 'The pattern to follow', example: 'export const slugify = (text) => …' }),
  testCases: z
    .array(
      z.strictObject({
        name: maybeName({ description: 'Name of the test', example: 'joins words' }),
        expectation: maybeText({ description: 'What it shows', example: 'slugify("A b") is "a-b"' }),
      }),
    )
    .max(MAX_ITEMS)
    .default([])
    .meta({ description: 'What tests are to show', example: [{ expectation: 'slugify("A b") is "a-b"' }] }),
});

const agent = z.strictObject({
  name: maybeName({ description: 'What it builds', example: 'Text functions' }),
  tasks: z.array(task).min(1).max(MAX_ITEMS).meta({ description: 'In order', example: [] }),
});

/** An execution plan as it is given: all but the language, the objective and one task with a file may be left out. */
export const planSchema = z.strictObject({
  title: maybeName({ description: 'Name of what is built', example: 'Slugs' }),
  language: name({ description: 'Of the code', example: 'javascript' }, 64),
  overview: overview.meta({ description: 'What and why', example: { objective: 'Make titles usable in URLs' } }),
  clarifications,
  approach,
  agents: z
    .array(agent)
    .min(1)
    .max(MAX_AGENTS)
    .meta({
      description: 'Tasks in groups',
      example: [{ tasks: [{ name: 'Write slugify', files: ['src/slugify.js'] }] }],
    }),
  testingStrategy: texts({ description: 'How it is tested', example: ['Unit tests beside the source'] }),
  successCriteria: z
    .strictObject({
      functional: texts({ description: 'What it does', example: ['Slugs are stable'] }),
      nonFunctional: texts({ description: 'How well', example: ['Under 1 ms for a title'] }),
      documentation: texts({ description: 'What is written down', example: ['README names slugify'] }),
    })
    .prefault({})
    .meta({ description: 'When it is done', example: { functional: ['Slugs are stable'] } }),
});

/** The form of a plan as OpenAPI 3.0 has it, with descriptions and examples. */
export function planJsonSchema(io: 'input' | 'output'): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(planSchema, { target: 'openapi-3.0', io });
}
