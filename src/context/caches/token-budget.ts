import type { ModelDescription } from '../../llm/index.ts';

/** How the window of a model is shared out, in tokens. */
export interface TokenBudget {
  /** The window: the sum of all the others. */
  readonly total: number;
  readonly systemPrompt: number;
  readonly taskDescription: number;
  /** The current context: what the online cache holds for a prompt. */
  readonly context: {
    readonly currentModule: number;
    /** Functions, or modules up to two levels away, that the current module relates to. */
    readonly related: number;
    readonly dependencies: number;
    readonly recentErrors: number;
    readonly testResults: number;
    readonly historicalPatterns: number;
  };
  readonly codeGeneration: number;
  /** Kept free, as counts are not exact everywhere. */
  readonly buffer: number;
}

/** For windows of 8,192 tokens, such as that of mistral:7b. */
export const smallBudget: TokenBudget = {
  total: 8192,
  systemPrompt: 500,
  taskDescription: 300,
  context: {
    currentModule: 300,
    related: 1200,
    dependencies: 800,
    recentErrors: 400,
    testResults: 1300,
    historicalPatterns: 0,
  },
  codeGeneration: 2500,
  buffer: 892,
};

/** For windows of 32,768 tokens, such as that of qwen3:8b. */
export const mediumBudget: TokenBudget = {
  total: 32_768,
  systemPrompt: 500,
  taskDescription: 500,
  context: {
    currentModule: 500,
    related: 3000,
    dependencies: 2500,
    recentErrors: 1500,
    testResults: 2500,
    historicalPatterns: 2000,
  },
  codeGeneration: 15_000,
  buffer: 4768,
};

/** The budget for the window of a model: the table of its size, or the nearest below in proportion. */
export function tokenBudgetFor({ contextTokens }: Pick<ModelDescription, 'contextTokens'>): TokenBudget {
  const table = contextTokens < mediumBudget.total ? smallBudget : mediumBudget;
  const scaled = (tokens: number) => Math.floor((tokens * contextTokens) / table.total);
  const { currentModule, related, dependencies, recentErrors, testResults, historicalPatterns } = table.context;
  const budget = {
    total: contextTokens,
    systemPrompt: scaled(table.systemPrompt),
    taskDescription: scaled(table.taskDescription),
    context: {
      currentModule: scaled(currentModule),
      related: scaled(related),
      dependencies: scaled(dependencies),
      recentErrors: scaled(recentErrors),
      testResults: scaled(testResults),
      historicalPatterns: scaled(historicalPatterns),
    },
    codeGeneration: scaled(table.codeGeneration),
  };
  return { ...budget, buffer: contextTokens - usedTokens(budget) };
}

/** All but the buffer. */
function usedTokens(budget: Omit<TokenBudget, 'buffer'>): number {
  const context = Object.values(budget.context).reduce((sum, tokens) => sum + tokens, 0);
  return budget.systemPrompt + budget.taskDescription + context + budget.codeGeneration;
}
