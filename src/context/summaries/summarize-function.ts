import { estimateTokens, FUNCTION_SUMMARY_TOKENS, functionSummarizer } from '../../llm/index.ts';
import type { CodeOutline, OutlinedFunction } from '../outline/code-outline.ts';
import { outlineCode } from '../outline/outline-code.ts';
import { askSummarizer, roomForCode } from './ask-summarizer.ts';
import { limitFields } from './limit-fields.ts';
import { beginningOf, NO_CODE, notesOn, summaryOfFunction } from './outline-summary.ts';
import { sampleCode } from './sample-code.ts';
import { shortenList } from './shorten.ts';
import type { FunctionSummary, SummaryOptions } from './summary.ts';

export interface FunctionToSummarize {
  /** `count`, or `Counter.add` for a method. */
  readonly name: string;
  readonly language: string;
  /** The function alone, or code that holds it: then only its own lines are shown to the model. */
  readonly code: string;
  readonly dependencies?: readonly string[];
}

/** Most tokens of each field. */
const limits = { purpose: 60, inputs: 100, outputs: 100, sideEffects: 100, summary: FUNCTION_SUMMARY_TOKENS };
const DEPENDENCY_TOKENS = 200;

/**
 * Says what a function does: in a model's words, or by its syntax tree when no model gives usable ones. Code without
 * content is not asked about. Rejects only when it is aborted, or when the installation is broken.
 */
export async function summarizeFunction(
  wanted: FunctionToSummarize,
  options: SummaryOptions,
): Promise<FunctionSummary> {
  const { name, language } = wanted;
  const countTokens = options.countTokens ?? estimateTokens;
  if (wanted.code.trim() === '') return noCode();

  const { code, outline, found } = await findFunction(wanted);
  const dependencies = shortenList(wanted.dependencies ?? [], DEPENDENCY_TOKENS, countTokens).items;
  const frame = { name, language, code: '', sampled: null, dependencies };
  const sample = () =>
    sampleCode(code, roomForCode(functionSummarizer, frame, options), countTokens, () => outlineCode(code, language));
  const asked = await askSummarizer(functionSummarizer, async () => ({ ...frame, ...(await sample()) }), options);
  if (asked.answer !== null) {
    const { value, model } = asked.answer;
    const fields = limitFields(value, limits, countTokens);
    return { ...fields, source: 'model', model, failure: null, sampled: asked.input.sampled };
  }
  const fields = limitFields(summaryOfFunction(found ?? unknown(name), notesOn(outline)), limits, countTokens);
  return { ...fields, source: outline.source, model: null, failure: asked.failure, sampled: beginningOf(outline) };
}

/** The lines of the function in the code, and what their syntax says; all of the code where it does not stand there. */
async function findFunction({ name, language, code }: FunctionToSummarize) {
  const whole = await outlineCode(code, language);
  const inWhole = pick(whole, name);
  if (inWhole) {
    // An outline by line knows where a function begins and not where it ends.
    if (whole.source === 'text') return { code, outline: whole, found: inWhole };
    const lines = code.split('\n').slice(inWhole.firstLine - 1, inWhole.lastLine);
    return { code: lines.join('\n'), outline: whole, found: inWhole };
  }
  // A method on its own is no statement: it has a syntax only inside of a class.
  const inClass = language === 'python' ? dedent(code) : `class _ {\n${code}\n}`;
  const outline = await outlineCode(inClass, language);
  const found = pick(outline, name);
  if (found) return { code, outline, found: { ...found, name } };
  return { code, outline: whole, found: whole.functions[0] ? { ...whole.functions[0], name } : undefined };
}

function pick({ functions }: CodeOutline, name: string): OutlinedFunction | undefined {
  const last = name.split('.').at(-1);
  return (
    functions.find((candidate) => candidate.name === name) ??
    functions.find((candidate) => candidate.name.split('.').at(-1) === last)
  );
}

function dedent(code: string): string {
  const indent = /^[ \t]*(?=\S)/m.exec(code)?.[0] ?? '';
  return code
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

function unknown(name: string): OutlinedFunction {
  return {
    name,
    signature: name,
    parameters: '',
    returns: null,
    givesValue: false,
    doc: `${name} is not declared in the code as far as its syntax shows`,
    exported: false,
    firstLine: 1,
    lastLine: 1,
    calls: [],
    throws: [],
    sideEffects: [],
  };
}

function noCode(): FunctionSummary {
  return {
    purpose: NO_CODE,
    inputs: 'none',
    outputs: 'nothing',
    sideEffects: 'none',
    summary: NO_CODE,
    source: 'none',
    model: null,
    failure: null,
    sampled: null,
    cut: [],
  };
}
