export {
  ContextTooLargeError,
  prepareContext,
  type ContextPart,
  type ManifestLine,
  type PartPriority,
  type PreparedContext,
} from './prompt-context.ts';
export type { CodeOutline, OutlinedFunction, OutlinedImport, OutlinedType } from './outline/code-outline.ts';
export { outlineCode } from './outline/outline-code.ts';
export { summarizeModule, type ModuleToSummarize } from './summaries/summarize-module.ts';
export { summarizeFunction, type FunctionToSummarize } from './summaries/summarize-function.ts';
export { summarizeTask, type TaskToSummarize } from './summaries/summarize-task.ts';
export type {
  FunctionSummary,
  ModuleSummary,
  SummaryOptions,
  SummaryOrigin,
  SummarySource,
  TaskSummary,
} from './summaries/summary.ts';
export { chooseCode, type CodeRequest } from './code/choose-code.ts';
export { CodeIndex, type CodeFile } from './code/code-index.ts';
export { renderItem, type CodeItem, type CodeLevel } from './code/excerpts.ts';
export type { Change } from './code/change-history.ts';
export type { ImportRules } from './code/resolve-import.ts';
