import { estimateTokens, type ModuleResult, TASK_SUMMARY_TOKENS, taskSummarizer } from '../../llm/index.ts';
import { askSummarizer, roomForCode } from './ask-summarizer.ts';
import { limitFields } from './limit-fields.ts';
import { summaryOfTask } from './outline-summary.ts';
import { shorten, shortenList } from './shorten.ts';
import type { SummaryOptions, TaskSummary } from './summary.ts';

export interface TaskToSummarize {
  readonly requirements: string;
  /** The plan in short, one line a module. */
  readonly plan: readonly string[];
  readonly status: string;
  readonly modules: readonly ModuleResult[];
}

/** Most tokens of each field. */
const limits = { goal: 60, status: 30, modules: 400, summary: TASK_SUMMARY_TOKENS };

/** Shares of the room in the prompt. */
const REQUIREMENTS_SHARE = 0.4;
const PLAN_SHARE = 0.3;
const MODULES_SHARE = 0.3;

/**
 * Says where a task stands: in a model's words, or by its facts alone when no model gives usable ones. What can be
 * counted (status, modules, success rate) is never taken from a model. A task without modules is not asked about.
 * Rejects only when it is aborted.
 */
export async function summarizeTask(task: TaskToSummarize, options: SummaryOptions): Promise<TaskSummary> {
  const countTokens = options.countTokens ?? estimateTokens;
  const facts = summaryOfTask(task.requirements, task.status, task.modules);
  const byFacts = limitFields(facts, limits, countTokens);
  if (task.modules.length === 0) {
    options.signal?.throwIfAborted();
    return { ...byFacts, source: 'none', model: null, failure: null, sampled: null };
  }
  const fitted = fit(task, options, countTokens);
  const asked = await askSummarizer(taskSummarizer, () => Promise.resolve(fitted.input), options);
  if (asked.answer === null) return { ...byFacts, source: 'facts', model: null, failure: asked.failure, sampled: null };
  const { value, model } = asked.answer;
  const { status, modules, successRate } = facts;
  const fields = limitFields({ ...value, status, modules, successRate }, limits, countTokens);
  return { ...fields, source: 'model', model, failure: null, sampled: fitted.sampled };
}

/** The task as far as it fits the prompt: modules with failing tests first. */
function fit(task: TaskToSummarize, options: SummaryOptions, countTokens: (text: string) => number) {
  const frame = {
    requirements: '',
    plan: [],
    status: shorten(task.status, limits.status, countTokens).text,
    modules: [],
  };
  const room = roomForCode(taskSummarizer, frame, options);
  const requirements = shorten(task.requirements, room * REQUIREMENTS_SHARE, countTokens);
  const plan = shortenList(task.plan, room * PLAN_SHARE, countTokens);
  const byNeed = task.modules.toSorted((a, b) => Number(b.failed > 0) - Number(a.failed > 0));
  const lines = byNeed.map(({ path, status }) => `${path}: ${status}, 00 of 00 tests pass, 00 iterations`);
  const shown = shortenList(lines, room * MODULES_SHARE, countTokens);
  const modules = byNeed.slice(0, shown.items.length);
  return {
    input: { ...frame, requirements: requirements.text, plan: plan.items, modules },
    sampled:
      requirements.cut || plan.cut || shown.cut
        ? `${modules.length} of ${task.modules.length} modules, ${plan.items.length} of ${task.plan.length} lines of the plan`
        : null,
  };
}
