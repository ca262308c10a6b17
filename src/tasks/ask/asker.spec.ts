import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noKnowledge, twoModels } from '../../../test/support/asking.ts';
import {
  begun,
  complete,
  corrected,
  correcting,
  created,
  failed,
  generated,
  passed,
  planned,
  started,
} from '../../../test/support/coding-facts.ts';
import { failureOf } from '../../../test/support/task-with-fix.ts';
import { type EventLog, eventLog } from '../../../test/support/event-log.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import type { EventDraft, SourceFile } from '../../events/index.ts';
import { ModelCatalogue, PromptTooLargeError, type TokenCounter, tokenCounterFor } from '../../llm/index.ts';
import type { Question } from '../coding-decide.ts';
import { evolveCoding } from '../coding-evolve.ts';
import { initialCodingState } from '../coding-state.ts';
import type { ModelCallRequest } from '../tasks.events.ts';
import { Asker } from './asker.ts';
import { SystemPrompts } from './system-prompts.ts';

const plan = planned({ path: 'a.js' }, { path: 'b.js' }, { path: 'c.js', dependsOn: ['a.js'] });
const beginning = [created(), started, plan, begun('a.js'), begun('b.js')];
const aDone = [generated('a.js', 1), passed('a.js'), complete('a.js')];
const correctB: Question = { signature: 'CorrectModule', module: 'b.js' };

let log: EventLog;
let tasks = 0;

beforeEach(async () => (log = await eventLog()));
afterEach(() => log.close());

interface Asking {
  readonly model?: string;
  readonly offers?: readonly string[];
  readonly systemPrompts?: SystemPrompts;
}

/** What is asked after these facts, in a log of their own. */
async function asked(
  facts: readonly EventDraft[],
  question: Question,
  { model = 'mistral:7b', offers = [], systemPrompts = new SystemPrompts() }: Asking = {},
): Promise<ModelCallRequest> {
  const taskId = `t${++tasks}`;
  const events = await log.events.append(taskId, facts);
  const brain = {
    ...twoModels,
    modelFor: () => ({ model }) as ReturnType<typeof twoModels.modelFor>,
    offers: (name: string) => Promise.resolve(offers.includes(name)),
  };
  const tools = {
    brain,
    events: log.events,
    knowledge: noKnowledge,
    systemPrompts,
    catalogue: new ModelCatalogue(),
    answerTokens: 2048,
    delegatedTokens: 8192,
  };
  const state = events.reduce(evolveCoding, initialCodingState(taskId));
  const asker = new Asker(tools);
  const request = await asker.ask({ state, sequence: events.length }, question);
  // Whatever is asked can be asked again, from the same events to the same bytes.
  expect(await asker.askAgain({ state, sequence: events.length }, request)).toEqual(request.messages);
  return request;
}

const words = ({ messages }: ModelCallRequest) => messages.map(({ content }) => content).join('\n');

/** The names of the facts of its history that a prompt tells. */
const historyOf = ({ manifest }: ModelCallRequest) =>
  manifest
    .filter(({ layer, included, part }) => layer === 'history' && included && part !== 'last events')
    .map(({ part }) => part)
    .join('\n');

describe('a question about a file', () => {
  const red = [generated('b.js', 2), failed('b.js', 'b.test.js'), correcting('b.js', 1)];

  it('is put in the same words whatever others that are written at the same time have come to [CX-12, CX-7]', async () => {
    const alone = await asked([...beginning, ...red], correctB);
    const crossed = await asked([...beginning, red[0], ...aDone, ...red.slice(1)] as EventDraft[], correctB);
    const between = [generated('a.js', 3), failed('a.js', 'a.test.js'), correcting('a.js', 1), corrected('a.js', 1, 4)];
    const other = await asked([...beginning, red[0], ...between, ...red.slice(1)] as EventDraft[], correctB);
    expect(crossed.messages).toEqual(alone.messages);
    expect(other.messages).toEqual(alone.messages);
  });

  it('has the four layers in their order, and the system prompt the same for every file [CX-4, CX-6]', async () => {
    const request = await asked([...beginning, ...red], correctB);
    const layers = request.manifest.map(({ layer }) => layer);
    expect(layers).toEqual([...layers].sort((a, b) => order.indexOf(a ?? '') - order.indexOf(b ?? '')));
    expect(new Set(layers)).toEqual(new Set(['system', 'state', 'history', 'event']));
    const other = await asked(
      [...beginning, generated('a.js', 1), failed('a.js', 'a.test.js'), correcting('a.js', 1)],
      { signature: 'CorrectModule', module: 'a.js' },
    );
    expect(other.messages[0]).toEqual(request.messages[0]);
    expect(other.messages[1]).not.toEqual(request.messages[1]);
  });

  it('tells the rules of the house first, and counts them [CX-6]', async () => {
    using place = temporaryDirectory();
    writeFileSync(join(place.path, 'CORRECTION_COMPLETED.md'), `Rule: ${'mind the tests. '.repeat(40)}`);
    const facts = [...beginning, ...red];
    const systemPrompts = new SystemPrompts(place.path);
    const [ruled, plain] = [await asked(facts, correctB, { systemPrompts }), await asked(facts, correctB)];
    expect(ruled.messages[0]?.content).toMatch(/Rule: mind the tests\./);
    expect(ruled.messages[1]).toEqual(plain.messages[1]);
    expect((ruled.tokens ?? 0) - (plain.tokens ?? 0)).toBeGreaterThan(150);
    expect(ruled.manifest[0]?.tokens).toBeGreaterThan(150);
  });

  it('tells what is known of the files that it builds on [CX-13]', async () => {
    const declares = { files: [{ path: 'a.js', content: large('a'), role: 'source' as const }] };
    const code = generated('a.js', 1);
    const facts = [...beginning, { ...code, data: { ...code.data, ...declares } } as EventDraft, ...aDone.slice(1)];
    const request = await asked([...facts, begun('c.js')], { signature: 'WriteTests', module: 'c.js' });
    expect(request.manifest).toContainEqual(expect.objectContaining({ part: 'a.js', included: false }));
    expect(request.manifest).toContainEqual(
      expect.objectContaining({ part: 'requirement module a.js', included: true }),
    );
    expect(words(request)).toContain('function a7(');
    expect(words(request)).not.toContain('return "a7 "');
    expect(request.tokens).toBeLessThanOrEqual(request.room?.promptTokens ?? 0);
  });

  it('does not tell what a file is for that it shows whole anyway [CX-13]', async () => {
    const facts = [...beginning, ...aDone, begun('c.js')];
    const request = await asked(facts, { signature: 'WriteTests', module: 'c.js' });
    expect(request.manifest).toContainEqual(expect.objectContaining({ part: 'a.js', included: true }));
    expect(request.manifest.map(({ part }) => part)).not.toContain('requirement module a.js');
  });

  it('tells nothing by a fact that the question itself shows: what fails now, and what files export [CX-13]', async () => {
    const exporting = (module: string, codeVersion: number): EventDraft => {
      const fact = generated(module, codeVersion) as EventDraft<'CODE_GENERATED'>;
      const files = [
        { path: module, content: 'export function add(a, b) {\n  return a + b;\n}\n', role: 'source' as const },
      ];
      return { ...fact, data: { ...fact.data, files } };
    };
    const correction = [exporting('b.js', 2), failed('b.js', 'b.test.js'), correcting('b.js', 1)];
    expect(historyOf(await asked([...beginning, ...correction], correctB))).not.toContain('b.js');
    const built = [...beginning, exporting('a.js', 1), ...aDone.slice(1), begun('c.js')];
    expect(historyOf(await asked(built, { signature: 'WriteTests', module: 'c.js' }))).not.toContain('a.js#add');
  });

  it('is told nothing of a first try of the tests that a project came with [CX-13, TK-4]', async () => {
    const outcome = failed(null, 'a.test.js') as EventDraft<'TEST_FAILED'>;
    const trial: EventDraft = { ...outcome, data: { ...outcome.data, trial: true } };
    const facts = [...beginning, ...red];
    const tried = await asked([...facts.slice(0, 2), trial, ...facts.slice(2)], correctB);
    expect(tried.messages).toEqual((await asked(facts, correctB)).messages);
  });

  it('goes to the larger model that the provider has, or to none with the numbers [CX-3]', async () => {
    const prompt = 'Count the words of a text. '.repeat(1000);
    const facts = [created({ prompt }), started];
    const question: Question = { signature: 'PlanTask' };
    const larger = await asked(facts, question, { offers: ['qwen3:8b'] });
    expect(larger).toMatchObject({ model: 'qwen3:8b', room: { contextTokens: 32_768 } });
    const counter = await tokenCounterFor(new ModelCatalogue().describe('qwen3:8b'));
    expect(larger.tokens).toBe(counter.countPrompt(larger.messages));
    const refused = asked(facts, question);
    await expect(refused).rejects.toThrow(PromptTooLargeError);
    await expect(refused).rejects.toThrow(
      /mistral:7b must be told \d+ tokens .*qwen3:8b: the provider does not have it/,
    );
  });
});

describe('what people say by the megabyte', () => {
  it('is refused by its length alone, before anything is counted, where no window could hold it [CX-3]', async () => {
    const facts = [created({ prompt: 'x'.repeat(16 * 200_001) }), started];
    const refused = asked(facts, { signature: 'PlanTask' }, { offers: ['qwen3:8b'] });
    await expect(refused).rejects.toThrow(PromptTooLargeError);
    // A count would tell more tokens than one for 16 characters, and whom it passed over.
    await expect(refused).rejects.toMatchObject({ details: { criticalTokens: 200_001, passedOver: [] } });
  });
});

describe('a question of a task with more files than fit', () => {
  const file = (name: string, content: string): SourceFile => ({ path: `src/${name}.js`, content, role: 'source' });
  const project = [
    file('date', 'export function formatDate(date) {\n  return date.toISOString().slice(0, 10);\n}\n'),
    file(
      'invoice',
      "import { formatDate } from './date.js';\nexport const title = (invoice) => formatDate(invoice.day);\n",
    ),
    ...Array.from({ length: 60 }, (_, index) => file(`noise${index}`, large(`noise${index}`).slice(0, 6000))),
  ];
  const facts = [
    created({ prompt: 'formatDate of src/date.js must answer "unknown" for a date that is not valid', files: project }),
    started,
    planned({ path: 'src/date.js' }),
    begun('src/date.js'),
  ];

  it.each(['mistral:7b', 'qwen3:8b'])(
    'shows %s the lines that matter, and says what it does not show [CX-13, CX-8]',
    async (model) => {
      const request = await asked(facts, { signature: 'WriteTests', module: 'src/date.js' }, { model });
      const excerpts = request.manifest.filter(({ part }) => part.startsWith('lines of '));
      expect(excerpts.map(({ part }) => part)).toContain('lines of src/invoice.js');
      expect(words(request)).toContain('formatDate(invoice.day)');
      expect(request.tokens).toBeGreaterThan((request.room?.promptTokens ?? 0) * 0.9);
      expect(request.tokens).toBeLessThanOrEqual(request.room?.promptTokens ?? 0);
      expect(request.manifest.filter(({ included }) => !included).length).toBeLessThanOrEqual(52);
      expect(request.manifest.at(-1)?.part).toMatch(/^\d+ more files$/);
      // What is not worked on is shown by its lines, never told by facts of its own.
      expect(historyOf(request)).not.toMatch(/invoice|noise/);
    },
  );

  it('does not show lines of a file again that it shows whole, which is room for others [CX-13]', async () => {
    const date = generated('src/date.js', 1) as EventDraft<'CODE_GENERATED'>;
    const worked = [
      created({ prompt: 'formatDate of src/date.js must answer "unknown"', files: project }),
      started,
      planned({ path: 'src/date.js' }, { path: 'src/invoice.js', dependsOn: ['src/date.js'] }),
      begun('src/date.js'),
      { ...date, data: { ...date.data, files: project.slice(0, 1) } },
      passed('src/date.js'),
      complete('src/date.js'),
      begun('src/invoice.js'),
    ];
    const request = await asked(worked, { signature: 'GenerateModule', module: 'src/invoice.js' });
    const included = request.manifest.filter((entry) => entry.included).map(({ part }) => part);
    const whole = included.filter((part) => part.endsWith('.js') && !part.startsWith('lines of '));
    const inParts = included.filter((part) => part.startsWith('lines of '));
    expect(whole).toContain('src/date.js');
    expect(inParts.length).toBeGreaterThan(0);
    for (const path of whole) expect(inParts).not.toContain(`lines of ${path}`);
    expect(request.tokens).toBeGreaterThan((request.room?.promptTokens ?? 0) * 0.9);
  });

  it('is never over the room of its model, counted by its own tokenizer, whatever the task holds [CX-3, CX-14]', async () => {
    const counters = new Map<string, TokenCounter>();
    for (const name of ['mistral:7b', 'qwen3:8b']) {
      counters.set(name, await tokenCounterFor(new ModelCatalogue().describe(name)));
    }
    const text = fc.oneof(
      fc.string({ maxLength: 3000, unit: 'binary' }),
      fc
        .integer({ min: 0, max: 400 })
        .map((lines) => 'const 数据 = { id: "01990000-0000-7000", ok: true };\n'.repeat(lines)),
    );
    const task = fc.record({
      prompt: text,
      files: fc.array(text, { maxLength: 6 }),
      code: text,
      message: text,
      model: fc.constantFrom('mistral:7b', 'qwen3:8b'),
      signature: fc.constantFrom('WriteTests' as const, 'GenerateModule' as const, 'CorrectModule' as const),
    });
    await fc.assert(
      fc.asyncProperty(task, async ({ prompt, files, code, message, model, signature }) => {
        const given = files.map((content, index) => file(`given${index}`, content));
        const { data } = generated('a.js', 1) as EventDraft<'CODE_GENERATED'>;
        const change = { ...data, files: [{ path: 'a.js', content: code, role: 'source' as const }] };
        const history = [
          created({ prompt, files: given }),
          started,
          planned({ path: 'a.js' }),
          begun('a.js'),
          { eventType: 'CODE_GENERATED', codeVersion: 1, data: change } as const,
          failureOf('a.js', 'works', message),
          correcting('a.js', 1),
        ];
        try {
          const request = await asked(history, { signature, module: 'a.js' }, { model });
          const counted = counters.get(model)?.countPrompt(request.messages) ?? Infinity;
          expect(request.tokens).toBe(counted);
          expect(counted + 2048).toBeLessThanOrEqual(request.room?.contextTokens ?? 0);
          for (const { level, included } of request.manifest) if (level === 'CRITICAL') expect(included).toBe(true);
        } catch (error) {
          if (!(error instanceof PromptTooLargeError)) throw error;
          const { criticalTokens, contextTokens, answerTokens } = error.numbers;
          expect(criticalTokens + answerTokens).toBeGreaterThan(contextTokens);
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

const order = ['system', 'state', 'history', 'event'];

/** A file that does not fit whole beside a question. */
function large(name: string): string {
  return Array.from(
    { length: 40 },
    (_, index) => `export function ${name}${index}(text) {\n  return "${`${name}${index} `.repeat(60)}" + text;\n}\n`,
  ).join('\n');
}
