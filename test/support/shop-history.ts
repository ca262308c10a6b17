import type { EventDraft, SourceFile } from '../../src/events/index.ts';
import { failed, passed, source } from './coding-facts.ts';
import { storedEvents } from './stored-events.ts';

// A small task as it goes: two modules that need each other's functions, a test that is red, and its correction.

const priceCode = `/** Prices in cents. */
export function roundPrice(cents: number): number {
  return Math.round(cents);
}
`;
const cartCode = (rounding: string) => `import { roundPrice } from './price.ts';
import { randomUUID } from 'node:crypto';

/** What is to be paid. */
export function totalOf(prices: number[]): number {
  return ${rounding}(sum(prices));
}
function sum(prices: number[]): number {
  return prices.reduce((a, b) => a + b, 0);
}
export class Cart {
  readonly id = randomUUID();
  total(): number { return totalOf([]); }
}
`;
const cartTest: SourceFile = {
  path: 'src/cart.test.ts',
  content: "import { totalOf } from './cart.ts';\ntest('rounds the total', () => {});\n",
  role: 'test',
};
const code = (path: string, content: string, codeVersion: number): EventDraft => ({
  eventType: 'CODE_GENERATED',
  codeVersion,
  data: { module: path, files: [source(path, content)], codeHash: `h${codeVersion}`, callId: 'c' },
});

export const shopDrafts: readonly EventDraft[] = [
  {
    eventType: 'TASK_CREATED',
    data: {
      prompt: 'Build a cart that adds up prices.',
      answers: ['Prices are in cents.'],
      priority: 20,
      language: 'typescript',
      files: [cartTest],
      modules: null,
      limits: {},
      models: {},
      metadata: {},
    },
  },
  {
    eventType: 'PLANNING_COMPLETE',
    data: {
      plan: {
        objective: 'a cart with a total',
        language: 'typescript',
        modules: [
          { path: 'src/price.ts', description: 'rounds prices', dependsOn: [] },
          { path: 'src/cart.ts', description: 'adds up', dependsOn: ['src/price.ts'], testCases: ['rounds the total'] },
        ],
      },
      source: 'model',
      callId: null,
    },
  },
  code('src/price.ts', priceCode, 1),
  passed('src/price.ts'),
  code('src/cart.ts', cartCode('Math.floor'), 2),
  failed('src/cart.ts', 'src/cart.test.ts'),
  { eventType: 'USER_INTERVENTION', data: { guidance: 'roundPrice must never see more than 15 digits.', by: 'ann' } },
  { eventType: 'CORRECTION_STARTED', data: { module: 'src/cart.ts', iteration: 1, failures: ['rounds the total'] } },
  {
    eventType: 'CORRECTION_COMPLETED',
    codeVersion: 3,
    data: {
      module: 'src/cart.ts',
      iteration: 1,
      files: [source('src/cart.ts', cartCode('roundPrice'))],
      codeHash: 'h3',
      callId: null,
    },
  },
  passed('src/cart.ts'),
  { eventType: 'MODULE_COMPLETE', data: { module: 'src/cart.ts', iterations: 1 } },
];

/** The events of the task, 11 of them: red at 6, corrected at 9, green at 10. */
export const shopEvents = (taskId = 'shop') => storedEvents(taskId, shopDrafts);
