export {
  LanguageModel,
  type ChatMessage,
  type ModelAnswer,
  type ModelRequest,
  type TokenUsage,
} from './language-model.ts';
export { BRAIN, type Brain, type BrainHealth, modelRoles, type ModelRole } from './brain.ts';
export { resolveBrain, type Announce } from './resolve-brain.ts';
export { Embedder, EMBEDDER } from './embedder.ts';
export { resolveEmbedder } from './resolve-embedder.ts';
export { LlmModule } from './llm.module.ts';
export {
  AnswerCutError,
  AnswerInvalidError,
  ContextOverflowError,
  ModelError,
  ModelMissingError,
  ModelRefusedError,
  ModelTimeoutError,
  ModelUnavailableError,
  PromptTooLargeError,
  RecordingInvalidError,
  RecordingMissError,
} from './llm.errors.ts';
export type { JsonSchema } from './json-schema.ts';
export { promptHash, type Prompt } from './prompt.ts';
export { checkAnswer, readAnswer, type AnswerReading } from './answer.ts';
export { answerOf, answerSchemaOf, promptOf, type Signature } from './signature.ts';
export { askModel, predict, type Answered, type AskOptions } from './ask-model.ts';
export { defaultRetryPolicy, type RetryPolicy } from './retry.ts';
export { Recording, type RecordedCall } from './recording.ts';
export { Recorder } from './recorder.ts';
export { RecordingModel } from './language-model.recording.ts';
export { ReplayModel } from './language-model.replay.ts';
export { ModelCatalogue, type ModelDescription, UNKNOWN_CONTEXT_TOKENS } from './models/model-catalogue.ts';
export { type PromptNeed, type Route, type RouteRequest, routeModel, WINDOW_SHARE } from './models/route-model.ts';
export { estimatePromptTokens, estimateTokens } from './token-estimate.ts';
export {
  estimatingCounter,
  MAX_COUNTED_CHARACTERS,
  tokenCounterFor,
  type TokenCounter,
} from './tokenizers/token-counter.ts';
export { fileBlocks, section, sections } from './signatures/parts.ts';
export type { ShownFile, WrittenFile } from './signatures/parts.ts';
export { planTask, type PlanDetails, type PlanTaskInput, type PlanTaskOutput } from './signatures/plan-task.ts';
export { writeTests, type WriteTestsInput } from './signatures/write-tests.ts';
export { generateModule, type GenerateModuleInput } from './signatures/generate-module.ts';
export { correctModule, type CorrectModuleInput } from './signatures/correct-module.ts';
export {
  MODULE_SUMMARY_TOKENS,
  moduleSummarizer,
  type ModuleSummarizerInput,
  type ModuleSummarizerOutput,
} from './signatures/module-summarizer.ts';
export {
  FUNCTION_SUMMARY_TOKENS,
  functionSummarizer,
  type FunctionSummarizerInput,
  type FunctionSummarizerOutput,
} from './signatures/function-summarizer.ts';
export {
  TASK_SUMMARY_TOKENS,
  taskSummarizer,
  type ModuleResult,
  type TaskSummarizerInput,
  type TaskSummarizerOutput,
} from './signatures/task-summarizer.ts';
export {
  classifyIntent,
  UNKNOWN_INTENT,
  type ClassifyIntentInput,
  type ClassifyIntentOutput,
  type NamedValue,
} from './signatures/classify-intent.ts';
export {
  intentToGraph,
  type GraphStep,
  type IntentToGraphInput,
  type IntentToGraphOutput,
} from './signatures/intent-to-graph.ts';
export { NO_AGENT, selectAgent, type SelectAgentInput, type SelectAgentOutput } from './signatures/select-agent.ts';
