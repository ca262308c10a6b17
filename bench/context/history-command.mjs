import { createInterface } from 'node:readline';
import tokenizer from 'mistral-tokenizer-js';
import { loadProduct, memoized } from './history-product.mjs';
import { retrieversWith } from './history-retrievers.mjs';

// The product as a command for other harnesses: a request {events, current, budgetTokens} as JSON on each line in, the
// answer {items: [{text}]} on each line out. Counts as Mistral does.
const { taskloom } = retrieversWith(await loadProduct());
const count = memoized((text) => tokenizer.encode(text, false, true).length);
for await (const line of createInterface({ input: process.stdin })) {
  const { budgetTokens, ...history } = JSON.parse(line);
  const items = taskloom(history, budgetTokens, count).map((text) => ({ text }));
  process.stdout.write(`${JSON.stringify({ items })}\n`);
}
