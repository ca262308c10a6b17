export type { ContextLayer, ContextPart, ManifestLine, PartPriority, PreparedContext } from './levels/context-part.ts';
export { ContextTooLargeError, prepareContext } from './levels/prepare-context.ts';
export { buildHierarchy, type HierarchicalContext } from './levels/build-hierarchy.ts';
export { chooseCode, type CodeRequest } from './code/choose-code.ts';
export { CodeIndex, type CodeFile } from './code/code-index.ts';
export { renderItem, type CodeItem, type CodeLevel } from './code/excerpts.ts';
export type { Change } from './code/change-history.ts';
export type { ImportRules } from './code/resolve-import.ts';
export { taskParts, type TaskKnowledge } from './levels/task-parts.ts';
export { type ContextSubject, TaskMemory } from './task-memory.ts';
export { type EventSummary, summarizeEvents, type SummaryLimits } from './history/event-summary.ts';
export { type RelevanceReason, type RelevantEvent, relevantEvents } from './history/relevant-events.ts';
export { chooseFacts } from './history/choose-facts.ts';
export type { Fact, FactKind, Knowledge, Relation, RelationKind, Statement } from './history/fact.ts';
export { Ledger } from './history/ledger.ts';
export { Outlines } from './history/outlines.ts';
export type { Focus } from './history/rank-symbols.ts';
export type { CacheEdge, CacheNode, EdgeType, NodeType } from './graph/cache-node.ts';
export { readCache, writeCache } from './graph/cache-file.ts';
export { cacheOfEvents, EventSourcedCache, staleNodes } from './graph/event-sourced-cache.ts';
export { NetworkedCache } from './graph/networked-cache.ts';
export { type RelatedContext, relatedContext, type RelatedOptions } from './graph/related-context.ts';
export type { Room } from './rank/fill-budget.ts';
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
export {
  GENERAL_PROMPT,
  type PromptMaker,
  SystemPromptCache,
  type SystemPromptOptions,
} from './caches/system-prompt-cache.ts';
export {
  type Admission,
  type CacheItem,
  cachePriorities,
  type CachePriority,
  OnlineCache,
} from './caches/online-cache.ts';
export { type TokenBudget, tokenBudgetFor } from './caches/token-budget.ts';
export { ContextModule } from './context.module.ts';
export { type KnowledgeEntry, type KnowledgeKind, knowledgeKinds } from './knowledge/knowledge-entry.ts';
export { KnowledgeNotFoundError, MemoryFullError } from './knowledge/knowledge.errors.ts';
export {
  type Correction,
  type Memory,
  OfflineCache,
  type OfflineCacheParts,
  type SearchOptions,
} from './knowledge/offline-cache.ts';
export type { FoundKnowledge } from './knowledge/rank-knowledge.ts';
