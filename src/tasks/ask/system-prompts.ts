import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PromptMaker, SystemPromptCache } from '../../context/index.ts';
import type { EventType } from '../../events/index.ts';
import { correctModule, generateModule, planTask, writeTests } from '../../llm/index.ts';
import { systemCodeOf } from '../../kernel/errors.ts';
import type { Question } from '../coding-decide.ts';

/** The event that the answer to a question becomes, and what is wanted of it. */
const kinds = {
  PlanTask: { eventType: 'PLANNING_COMPLETE', instructions: planTask.instructions },
  WriteTests: { eventType: 'TESTS_WRITTEN', instructions: writeTests.instructions },
  GenerateModule: { eventType: 'CODE_GENERATED', instructions: generateModule.instructions },
  CorrectModule: { eventType: 'CORRECTION_COMPLETED', instructions: correctModule.instructions },
} as const satisfies Record<Question['signature'], { eventType: EventType; instructions: string }>;

const instructionsOf = new Map<EventType, string>(
  Object.values(kinds).map(({ eventType, instructions }) => [eventType, instructions]),
);

/** Rules that are longer leave no room for the question. */
const MAX_CHARACTERS = 10_000;

/**
 * What models are told first, by the kind of question: what is wanted, and under it the rules of the house, for all models
 * and for one. These are files of a directory, `CODE_GENERATED.md` and `CODE_GENERATED.mistral_7b.md`, which are read once
 * for each kind and model, and again when one of them has changed. What cannot be read is reported, and left out.
 */
export class SystemPrompts {
  private readonly cache: SystemPromptCache;
  private seen = '';

  /** Without a directory there are no rules of the house. */
  constructor(
    private readonly directory?: string,
    report: (message: string, error: unknown) => void = () => undefined,
  ) {
    const makers = new Map(
      [...instructionsOf].map(([eventType, text]): [EventType, PromptMaker] => [
        eventType,
        (model) => this.make(eventType, text, model),
      ]),
    );
    this.cache = new SystemPromptCache(makers, {
      report: (eventType, error) =>
        report(`The rules for ${eventType} cannot be read: models are asked without them`, error),
      fallback: (eventType) => instructionsOf.get(eventType) ?? '',
    });
  }

  /** Never rejects. The same files, the same bytes. */
  async of(signature: Question['signature'], model: string | null): Promise<string> {
    const state = await this.state();
    if (state !== this.seen) this.cache.clear();
    this.seen = state;
    return this.cache.get(kinds[signature].eventType, model ?? '');
  }

  private async make(eventType: EventType, instructions: string, model: string): Promise<string> {
    if (this.directory === undefined) return instructions;
    const names = [eventType, ...(model === '' ? [] : [`${eventType}.${model.replace(/[^\w.-]/g, '_')}`])];
    const rules = await Promise.all(names.map((name) => readRules(join(this.directory ?? '', `${name}.md`))));
    return [instructions, ...rules.filter((text) => text !== '')].join('\n\n');
  }

  /** Differs when a file has changed, come or gone. */
  private async state(): Promise<string> {
    const { directory } = this;
    if (directory === undefined) return '';
    try {
      const names = (await readdir(directory)).filter((name) => name.endsWith('.md')).sort();
      const files = await Promise.all(
        names.map(async (name) => ({ name, ...(await changeOf(join(directory, name))) })),
      );
      return JSON.stringify(files);
    } catch {
      return 'unreadable';
    }
  }
}

async function changeOf(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }> {
  const { size, mtimeMs } = await stat(path);
  return { size, mtimeMs };
}

/** '' where there is no such file. */
async function readRules(path: string): Promise<string> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (text.length <= MAX_CHARACTERS) return text;
    throw new RangeError(`${path} has ${text.length} characters: at most ${MAX_CHARACTERS} can be told.`);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
