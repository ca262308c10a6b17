import { posix } from 'node:path';
import type {
  FunctionSummarizerOutput,
  ModuleResult,
  ModuleSummarizerOutput,
  TaskSummarizerOutput,
} from '../../llm/index.ts';
import { type CodeOutline, type OutlinedFunction, type OutlinedType, outlineLimits } from '../outline/code-outline.ts';

/** More declarations than this are counted instead of named. */
const NAMED = 12;
const NAMED_CHARACTERS = 240;

/** What the outline of a module says in the form of a model's summary. */
export function summaryOfModule(outline: CodeOutline, path: string, notes: readonly string[]): ModuleSummarizerOutput {
  const { doc, imports, functions, types, exports, lines, hasSyntaxErrors } = outline;
  const purpose = firstSentence(doc) ?? purposeOf(outline, path);
  const offered = declared(outline).filter(({ exported, name }) => exported && !isPrivate(name));
  const shown = offered.length > 0 ? offered : declared(outline);
  const effects = unique(functions.flatMap(({ sideEffects }) => sideEffects)).filter(isOutside);
  const thrown = unique(functions.flatMap(({ throws }) => throws)).filter(isName);
  return {
    purpose,
    dependencies: imports.map(({ from }) => from),
    functions: [...types.filter(({ kind }) => !typesOnly.has(kind)), ...functions]
      .sort((a, b) => a.firstLine - b.firstLine)
      .map(({ name }) => name),
    keyDecisions: '',
    summary: sentences(
      purpose,
      `${posix.basename(path)} has ${count(lines, 'line')}, ${count(functions.length, 'function')} and ${count(types.length, 'type')}`,
      hasSyntaxErrors && 'The code has syntax errors',
      exports.length > 0 && list('exports', exports),
      shown.length > 0 && `Declared: ${some(unique(shown.map(({ signature }) => signature)), '; ')}`,
      thrown.length > 0 && list('throws', thrown),
      effects.length > 0 && `Side effects: ${effects.join(', ')}`,
      furtherSentences(doc),
      ...notes,
    ),
  };
}

/** What the outline of a function says in the form of a model's summary. */
export function summaryOfFunction(found: OutlinedFunction, notes: readonly string[]): FunctionSummarizerOutput {
  const { name, doc, parameters, sideEffects, throws, calls } = found;
  const purpose = firstSentence(doc) ?? `${name} takes ${parameters || 'nothing'} and returns ${returned(found)}`;
  const thrown = throws.filter(isName);
  const outputs = `${returned(found)}${thrown.length > 0 ? `; throws ${thrown.join(', ')}` : ''}`;
  return {
    purpose,
    inputs: parameters || 'none',
    outputs,
    sideEffects: sideEffects.join(', ') || 'none found in its syntax',
    summary: sentences(
      purpose,
      found.signature,
      `Returns ${outputs}`,
      sideEffects.length > 0 && `It ${sideEffects.join(', ')}`,
      furtherSentences(doc),
      calls.length > 0 && `Calls ${some(calls, ', ')}`,
      ...notes,
    ),
  };
}

/** What can be counted about a task, and its first sentence. */
export function summaryOfTask(
  requirements: string,
  status: string,
  modules: readonly ModuleResult[],
): TaskSummarizerOutput {
  const passed = sum(modules.map((module) => module.passed));
  const failed = sum(modules.map((module) => module.failed));
  const open = modules.filter((module) => module.failed > 0);
  const goal = firstSentence(requirements) ?? 'Nothing was asked for';
  return {
    goal,
    status,
    modules: modules.map(({ path }) => path),
    successRate: passed + failed === 0 ? 0 : passed / (passed + failed),
    summary: sentences(
      goal,
      `Status: ${status}`,
      modules.length === 0
        ? NO_CODE
        : `Modules: ${some(
            modules.map(({ path, status: at }) => `${path} (${at})`),
            ', ',
          )}`,
      passed + failed > 0 && `${passed} of ${count(passed + failed, 'test')} pass`,
      open.length > 0 &&
        `Failing: ${some(
          open.map(({ path }) => path),
          ', ',
        )}`,
    ),
  };
}

export const NO_CODE = 'No code yet';

/** What of the code was read, where that was not all. */
export function beginningOf({ cut }: CodeOutline): string | null {
  return cut ? `the first ${outlineLimits.characters} characters` : null;
}

/** What a reader must know of how the outline was made. */
export function notesOn(outline: CodeOutline): readonly string[] {
  const beginning = beginningOf(outline);
  return beginning === null ? [] : [`Made from ${beginning}`];
}

/** Kinds of types that only describe: nothing runs in them. */
const typesOnly = new Set(['interface', 'type', 'enum', 'trait', 'protocol', 'struct', 'record']);

/** What a file declares, what can be called before what describes it. */
function declared({ types, functions }: CodeOutline): readonly (OutlinedType | OutlinedFunction)[] {
  const [describing, callable] = [true, false].map((only) => types.filter(({ kind }) => typesOnly.has(kind) === only));
  const topLevel = functions.filter(({ name }) => !name.includes('.'));
  const methods = functions.filter(({ name }) => name.includes('.'));
  return [...(callable ?? []), ...topLevel, ...methods, ...(describing ?? [])];
}

function purposeOf(outline: CodeOutline, path: string): string {
  const named = declared(outline).find(({ exported, doc }) => exported && doc !== null);
  if (named) return `${named.name}: ${firstSentence(named.doc) ?? ''}`;
  if (outline.exports.length > 0) return `${path} offers ${some(outline.exports, ', ')}`;
  const names = declared(outline).map(({ name }) => name);
  return names.length > 0 ? `${path} declares ${some(names, ', ')}` : `${path} runs statements and declares nothing`;
}

function returned({ returns, givesValue }: OutlinedFunction): string {
  return returns ?? (givesValue ? 'a value' : 'nothing');
}

function firstSentence(text: string | null): string | null {
  const line = text?.replace(/\s+/g, ' ').trim() ?? '';
  if (line === '') return null;
  return /^.{10,}?[.!?](?=\s)/.exec(line)?.[0] ?? line;
}

function furtherSentences(text: string | null): string {
  return (
    text
      ?.replace(/\s+/g, ' ')
      .trim()
      .slice(firstSentence(text)?.length ?? 0)
      .trim() ?? ''
  );
}

/** Each as a sentence of its own. */
function sentences(...parts: readonly (string | false | undefined)[]): string {
  return parts
    .filter((part) => typeof part === 'string' && part !== '')
    .map((part) => (/[.!?…]$/.test(String(part)) ? part : `${String(part)}.`))
    .join(' ');
}

function list(verb: string, names: readonly string[]): string {
  return `It ${verb} ${some(names, ', ')}`;
}

/** As many names as are worth their room, the first one always, and how many more there are. */
function some(names: readonly string[], separator: string): string {
  const shown: string[] = [];
  let characters = 0;
  for (const name of names.slice(0, NAMED)) {
    if (shown.length > 0 && characters + name.length > NAMED_CHARACTERS) continue;
    characters += name.length;
    shown.push(name);
  }
  const more = names.length - shown.length;
  return shown.join(separator) + (more > 0 ? ` and ${more} more` : '');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

/** By its name: `_split`, `#total`. */
function isPrivate(name: string): boolean {
  return /(?:^|\.)[_#]/.test(name);
}

/** Effects that reach beyond the module. */
function isOutside(effect: string): boolean {
  return !effect.startsWith('changes ');
}

function isName(thrown: string): boolean {
  return /^[A-Z][\w.]*$/.test(thrown);
}
