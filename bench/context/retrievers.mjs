import { built } from '../support/arms.mjs';
import { neighbourhood } from './cases.mjs';

const { chooseCode } = await built('context/code/choose-code.js');
const { viewFrom } = await built('context/code/code-view.js');
const { searchPieces } = await built('context/code/search-pieces.js');
const { pageRank } = await built('context/rank/page-rank.js');

/**
 * Each is given {code, files, current, budgetTokens, countTokens, changes, rules, index, task} and answers items in the
 * order of their worth; what passes the budget is cut. The others have the same parsed code as ours.
 */
export const retrievers = {
  'flat truncation': flat,
  recency,
  'keywords (BM25)': keywords,
  'import neighbours': neighbours,
  'PageRank map': map,
  'simple hybrid': hybrid,
  taskloom: ({ index, rules, ...request }) => chooseCode(index, { ...request, ...rules }),
};

/** Of every file within two import steps the same share of its first lines. */
function flat({ code, current, budgetTokens, countTokens }) {
  const near = neighbourhood(code, current).map((file) => code.files[file]);
  const all = near.reduce((sum, { text }) => sum + countTokens(text.lines.join('\n')) + 12, 0);
  const share = Math.min(1, (0.97 * budgetTokens) / all);
  return near.map(({ path, text }) => ({
    path,
    text: text.lines.slice(0, Math.max(1, Math.floor(text.lines.length * share))).join('\n'),
  }));
}

/** Whole files, the last changed first. */
function recency({ files, current, changes }) {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const paths = new Set(changes.flatMap(({ paths }) => paths));
  return [...paths]
    .filter((path) => path !== current && texts.has(path))
    .map((path) => ({ path, text: texts.get(path) }));
}

/** The stretches of code that share most words with the current file. */
function keywords({ code, current, task = '' }) {
  const number = code.files.findIndex(({ path }) => path === current);
  const query = [
    { text: code.files[number].text.lines.join('\n'), weight: 1 },
    { text: current, weight: 2 },
    { text: task, weight: 8 },
  ];
  return searchPieces(code, number, query)
    .slice(0, 1500)
    .map(({ file, piece }) => ({
      path: code.files[file].path,
      text: code.files[file].text.lines.slice(piece.firstLine - 1, piece.lastLine).join('\n'),
    }));
}

/** The signatures of all files within two import steps, nearest first. */
function neighbours({ code, current }) {
  return neighbourhood(code, current).map((file) => {
    const { firstSymbol, text } = code.files[file];
    return signaturesOf(
      code,
      file,
      text.facts.definitions.map((_, index) => firstSymbol + index),
    );
  });
}

/** A map of the repository: files by personalised PageRank over who refers to whom, and of each what is referred to. */
function map({ code, current, budgetTokens, countTokens }) {
  return fullest(code, mapOrder(code, current), budgetTokens, countTokens);
}

/** The map in seven tenths of the room, what keywords find in the rest. */
function hybrid(request) {
  const { code, current, budgetTokens, countTokens } = request;
  const { isTest } = viewFrom(code, 0);
  const order = mapOrder(code, current).filter((symbol) => !isTest[code.symbols[symbol].file]);
  const mapped = fullest(code, order, 0.7 * budgetTokens, countTokens);
  return [...mapped, ...keywords(request)];
}

function mapOrder(code, current) {
  const { files, symbols } = code;
  const number = files.findIndex(({ path }) => path === current);
  const edges = { from: [], to: [], weights: [], symbols: [] };
  files.forEach(({ links }, file) => {
    for (const { use, symbol, share } of links) {
      if (symbols[symbol].file === file) continue;
      edges.from.push(file);
      edges.to.push(symbols[symbol].file);
      edges.weights.push(Math.sqrt(use.count) * share);
      edges.symbols.push(symbol);
    }
  });
  const leaving = new Float64Array(files.length);
  edges.from.forEach((file, edge) => (leaving[file] += edges.weights[edge]));
  const ranks = pageRank(
    edges,
    Float64Array.from(files, (_, file) => (file === number ? 1 : 0)),
  );
  const scores = new Map();
  edges.symbols.forEach((symbol, edge) => {
    const from = edges.from[edge];
    scores.set(symbol, (scores.get(symbol) ?? 0) + (ranks[from] * edges.weights[edge]) / leaving[from]);
  });
  return [...scores]
    .filter(([symbol]) => symbols[symbol].file !== number)
    .sort((a, b) => b[1] - a[1])
    .map(([symbol]) => symbol);
}

/** As many of the symbols' signatures as fit, from the first on, one item a file. */
function fullest(code, order, budget, count) {
  const itemsOf = (most) => {
    const byFile = Map.groupBy(order.slice(0, most), (symbol) => code.symbols[symbol].file);
    return [...byFile].map(([file, symbols]) => signaturesOf(code, file, symbols));
  };
  const size = (items) => items.reduce((sum, { path, text }) => sum + count(`### ${path}\n${text}\n`), 0);
  let [fits, tooMany] = [0, order.length + 1];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (size(itemsOf(middle)) <= budget) fits = middle;
    else tooMany = middle;
  }
  return itemsOf(fits);
}

function signaturesOf(code, file, symbols) {
  const { path, text } = code.files[file];
  const lines = new Set(
    symbols.flatMap((symbol) => {
      const { firstLine, headEnd } = code.symbols[symbol].definition;
      return Array.from({ length: headEnd - firstLine + 1 }, (_, index) => firstLine + index);
    }),
  );
  const ordered = [...lines].sort((a, b) => a - b);
  const shown = ordered.flatMap((line, index) => {
    const isGap = index > 0 && ordered[index - 1] !== line - 1;
    return [...(isGap ? ['…'] : []), text.lines[line - 1].slice(0, 160)];
  });
  return { path, text: shown.join('\n') };
}
