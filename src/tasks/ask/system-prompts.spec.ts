import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { correctModule, generateModule } from '../../llm/index.ts';
import { SystemPrompts } from './system-prompts.ts';

let place: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  place = temporaryDirectory();
});
afterEach(() => place[Symbol.dispose]());

const write = (name: string, text: string) => writeFileSync(join(place.path, name), text);

describe('what models are told first (CX-6)', () => {
  it('is what is wanted of the answer, with nothing else where the house has no rules [CX-6]', async () => {
    expect(await new SystemPrompts().of('GenerateModule', 'a')).toBe(generateModule.instructions);
    expect(await new SystemPrompts(place.path).of('CorrectModule', null)).toBe(correctModule.instructions);
    expect(await new SystemPrompts(join(place.path, 'nowhere')).of('CorrectModule', 'a')).toBe(
      correctModule.instructions,
    );
  });

  it('has the rules for its kind of question, and those for the model below them [CX-6]', async () => {
    write('CODE_GENERATED.md', 'Use two blanks.\n');
    write('CODE_GENERATED.mistral_7b.md', 'Do not explain.');
    const prompts = new SystemPrompts(place.path);
    const { instructions } = generateModule;
    expect(await prompts.of('GenerateModule', 'mistral:7b')).toBe(
      `${instructions}\n\nUse two blanks.\n\nDo not explain.`,
    );
    expect(await prompts.of('GenerateModule', 'qwen3:8b')).toBe(`${instructions}\n\nUse two blanks.`);
    expect(await prompts.of('GenerateModule', null)).toBe(`${instructions}\n\nUse two blanks.`);
    expect(await prompts.of('CorrectModule', 'mistral:7b')).toBe(correctModule.instructions);
  });

  it('is read once, and again when a file has changed, come or gone [CX-6]', async () => {
    write('CODE_GENERATED.md', 'old');
    const prompts = new SystemPrompts(place.path);
    const last = async () => (await prompts.of('GenerateModule', 'a')).split('\n').at(-1);
    expect(await last()).toBe('old');
    write('CODE_GENERATED.md', 'new');
    utimesSync(join(place.path, 'CODE_GENERATED.md'), 1, 1);
    expect(await last()).toBe('new');
    // The same size and time: nobody looks into it.
    write('CODE_GENERATED.md', 'odd');
    utimesSync(join(place.path, 'CODE_GENERATED.md'), 1, 1);
    expect(await last()).toBe('new');
    write('CODE_GENERATED.a.md', 'for a');
    expect(await last()).toBe('for a');
    rmSync(join(place.path, 'CODE_GENERATED.a.md'));
    expect(await last()).toBe('odd');
  });

  it('leaves out rules that are too long, and says so [CX-6]', async () => {
    write('CODE_GENERATED.md', 'x'.repeat(10_001));
    const reports: string[] = [];
    const prompts = new SystemPrompts(place.path, (message, error) => reports.push(`${message}: ${String(error)}`));
    expect(await prompts.of('GenerateModule', 'a')).toBe(generateModule.instructions);
    expect(reports.join()).toMatch(/CODE_GENERATED cannot be read.*10001 characters: at most 10000/);
  });
});
