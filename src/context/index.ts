export type { ContextPart, ManifestLine, PartPriority, PreparedContext } from './levels/context-part.ts';
export { ContextTooLargeError, prepareContext } from './levels/prepare-context.ts';
export { buildHierarchy, type HierarchicalContext } from './levels/build-hierarchy.ts';
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
