import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import tokenizer from 'mistral-tokenizer-js';
import { generateHistory } from './generate-history.mjs';
import { loadProduct, memoized } from './history-product.mjs';
import { retrieversWith } from './history-retrievers.mjs';

// How much of what a change needs to know of its task's history is in a context of a given size, on histories that are
// made up: facts of known place, a quarter of them replaced later. Counts presence, not use; asks no model.

/** `share`: of the tokens of the whole history; `tokens`: so many. */
const settings = [
  { title: '30 %', noise: 0, hidden: 0, share: 0.3 },
  { title: '1,500', noise: 0, hidden: 0, tokens: 1500 },
  { title: 'noise, 1,500', noise: 1, hidden: 0, tokens: 1500 },
  { title: '¼ hidden, 30 %', noise: 0, hidden: 0.25, share: 0.3 },
  { title: '½ hidden, 30 %', noise: 0, hidden: 0.5, share: 0.3 },
  { title: '½ hidden, 1,500', noise: 0, hidden: 0.5, tokens: 1500 },
];

/**
 * Measures all retrievers over as many made-up histories and prints a Markdown table of the needed facts that they keep,
 * in percent. `firstSeed` gives others. Resolves with the rows.
 */
export async function benchHistories({ histories = 30, firstSeed = 1, print = console.log } = {}) {
  const count = memoized((text) => tokenizer.encode(text, false, true).length);
  const retrievers = retrieversWith(await loadProduct());
  const rows = new Map(Object.keys(retrievers).map((name) => [name, { kept: [], overtaken: 0, milliseconds: 0 }]));
  for (const { noise, hidden, share, tokens } of settings) {
    const cases = Array.from({ length: histories }, (_, index) =>
      generateHistory({ seed: firstSeed + index, noise, hidden }),
    );
    for (const [name, retrieve] of Object.entries(retrievers)) {
      const row = rows.get(name);
      const shares = cases.map((history) => {
        const size = history.events.reduce((sum, { text }) => sum + count(`${text}\n`), 0);
        const budget = tokens ?? Math.floor(share * size);
        const begun = performance.now();
        const shown = within(retrieve(history, budget, count), budget, count);
        row.milliseconds += performance.now() - begun;
        row.overtaken += history.overtaken.filter(({ old, now }) => holds(shown, old) && !holds(shown, now)).length;
        return history.needed.filter(({ must }) => holds(shown, must)).length / history.needed.length;
      });
      row.kept.push(mean(shares));
    }
  }
  print(tableOf(rows, histories * settings.length));
  return rows;
}

/** Whatever a retriever answers, no more than the budget is looked at. */
function within(texts, budget, count) {
  let left = budget;
  const end = texts.findIndex((text) => (left -= count(`${text}\n`)) < 0);
  return end < 0 ? texts : texts.slice(0, end);
}

/** A fact is there when all its words stand in one text. */
function holds(texts, must) {
  return texts.some((text) => must.every((word) => text.includes(word)));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function tableOf(rows, runs) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const head = ['context', ...settings.map(({ title }) => title), 'overtaken shown', 'ms'];
  const body = [...rows].map(([name, { kept, overtaken, milliseconds }]) =>
    line([name, ...kept.map((share) => (100 * share).toFixed(1)), overtaken, (milliseconds / runs).toFixed(1)]),
  );
  return [line(head), line(head.map(() => '---')), ...body].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { histories: { type: 'string' }, seed: { type: 'string' } } });
  await benchHistories({ histories: Number(values.histories ?? 30), firstSeed: Number(values.seed ?? 1) });
}
