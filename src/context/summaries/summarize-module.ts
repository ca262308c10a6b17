import { estimateTokens, MODULE_SUMMARY_TOKENS, moduleSummarizer } from '../../llm/index.ts';
import type { CodeOutline } from '../outline/code-outline.ts';
import { outlineCode } from '../outline/outline-code.ts';
import { askSummarizer, roomForCode } from './ask-summarizer.ts';
import { limitFields } from './limit-fields.ts';
import { beginningOf, NO_CODE, notesOn, summaryOfModule } from './outline-summary.ts';
import { sampleCode } from './sample-code.ts';
import { shorten, shortenList } from './shorten.ts';
import { statedNames } from './stated-names.ts';
import type { ModuleSummary, SummaryOptions } from './summary.ts';

export interface ModuleToSummarize {
  readonly path: string;
  readonly language: string;
  readonly code: string;
  readonly testResults?: string;
  /** What was tried before, one line each, the oldest first. */
  readonly iterations?: readonly string[];
}

/** Most tokens of each field. */
const limits = { purpose: 60, dependencies: 300, functions: 600, keyDecisions: 120, summary: MODULE_SUMMARY_TOKENS };
/** What a prompt shows of tests and of earlier iterations: the newest. */
const RESULT_TOKENS = 300;

/**
 * Says what a module is for: in a model's words, or by the module's syntax tree when no model gives usable ones. Names
 * that do not stand in the code are dropped from a model's lists. Code without content is not asked about. Rejects only
 * when it is aborted, or when the installation is broken.
 */
export async function summarizeModule(module: ModuleToSummarize, options: SummaryOptions): Promise<ModuleSummary> {
  const { path, language, code } = module;
  const countTokens = options.countTokens ?? estimateTokens;
  if (code.trim() === '') return noCode();

  let outlined: Promise<CodeOutline> | undefined;
  const outline = () => (outlined ??= outlineCode(code, language, path));
  const frame = {
    path,
    language,
    code: '',
    sampled: null,
    testResults: shorten(module.testResults ?? '', RESULT_TOKENS, countTokens).text,
    iterations: shortenList((module.iterations ?? []).toReversed(), RESULT_TOKENS, countTokens).items.toReversed(),
  };
  const sample = () => sampleCode(code, roomForCode(moduleSummarizer, frame, options), countTokens, outline);
  const asked = await askSummarizer(moduleSummarizer, async () => ({ ...frame, ...(await sample()) }), options);
  if (asked.answer !== null) {
    const { value, model } = asked.answer;
    const functions = statedNames(value.functions, code);
    const dependencies = statedNames(value.dependencies, code);
    const fields = limitFields({ ...value, functions, dependencies }, limits, countTokens);
    return { ...fields, source: 'model', model, failure: null, sampled: asked.input.sampled };
  }
  const read = await outline();
  const fields = limitFields(summaryOfModule(read, path, notesOn(read)), limits, countTokens);
  return { ...fields, source: read.source, model: null, failure: asked.failure, sampled: beginningOf(read) };
}

function noCode(): ModuleSummary {
  return {
    purpose: NO_CODE,
    dependencies: [],
    functions: [],
    keyDecisions: '',
    summary: NO_CODE,
    source: 'none',
    model: null,
    failure: null,
    sampled: null,
    cut: [],
  };
}
