export {
  LanguageModel,
  type ChatMessage,
  type ModelAnswer,
  type ModelRequest,
  type TokenUsage,
} from './language-model.ts';
export type { Brain, BrainHealth, ModelRole } from './brain.ts';
