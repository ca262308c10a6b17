import { statementsOf } from './history-statements.mjs';

/**
 * The product and what it is measured against. Each gets {events, current}, a budget and a count of tokens, and answers
 * texts, best first; what passes the budget is cut by the caller. None of them asks a model.
 */
export function retrieversWith(product) {
  const knowledgeOf = ({ events }) => product.Ledger.of(statementsOf(events, product)).at();
  const byFacts = (rank) => (history, budget, count) => {
    const knowledge = knowledgeOf(history);
    return fill(
      rank(knowledge, history).map(({ text }) => text),
      budget,
      count,
    );
  };
  return {
    'newest events': ({ events }, budget, count) => begin(textsOf(events).toReversed(), budget, count),
    'last 5, others a fifth': ({ events }, budget, count) => {
      const lines = events.slice(0, -5).map(({ text }) => shortened(text, count(text) / 5, count));
      return begin([...lines, ...textsOf(events.slice(-5))].toReversed(), budget, count);
    },
    'last 5, others a line': ({ events }, budget, count) => {
      const lines = events.slice(0, -5).map(({ text }) => shortened(text, 80, count));
      return begin([...lines, ...textsOf(events.slice(-5))].toReversed(), budget, count);
    },
    'keyword search': ({ events, current }, budget, count) => {
      const facts = events.map(({ text, seq }) => ({ key: '', kind: 'remark', owner: '', text, sequence: seq }));
      return fill(
        matching(facts, current, product).map(({ text }) => text),
        budget,
        count,
      );
    },
    'facts, newest first': byFacts(({ facts }) => facts.toReversed()),
    'facts by keywords': byFacts(({ facts }, { current }) => matching(facts, current, product)),
    'facts within 2 imports': byFacts((knowledge, { current }) => withinImports(knowledge, current, 2)),
    'facts by PageRank': byFacts((knowledge, { current }) => byPageRank(knowledge, current, product)),
    'facts within 2 calls': byFacts((knowledge, { current }) => withinCalls(knowledge, current, 2)),
    'facts within 4 calls': byFacts((knowledge, { current }) => withinCalls(knowledge, current, 4)),
    taskloom: (history, budgetTokens, countTokens) => {
      const focus = { symbols: [history.current.payload.fn], text: history.current.text };
      const facts = product.chooseFacts(knowledgeOf(history), focus, { budgetTokens, countTokens });
      return facts.map(({ text }) => text);
    },
  };
}

const textsOf = (events) => events.map(({ text }) => text);

/** The first line, as many of its words as fit. */
function shortened(text, tokens, count) {
  const words = text.split('\n')[0].split(/(?<=\s)/);
  let [fitting, most] = [0, words.length];
  while (fitting < most) {
    const middle = Math.ceil((fitting + most) / 2);
    if (count(words.slice(0, middle).join('')) <= tokens) fitting = middle;
    else most = middle - 1;
  }
  return words.slice(0, fitting).join('').trim();
}

/** As far as they go: the first that does not fit ends it. */
function begin(texts, budget, count) {
  let left = budget;
  const end = texts.findIndex((text) => (left -= count(`${text}\n`)) < 0);
  return end < 0 ? texts : texts.slice(0, end);
}

/** All that fit. */
function fill(texts, budget, count) {
  let left = budget;
  return texts.filter((text) => {
    const size = count(`${text}\n`);
    if (size > left) return false;
    left -= size;
    return true;
  });
}

function matching(facts, current, { matchFacts }) {
  const scores = matchFacts(facts, current.text);
  return facts.toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0) || b.sequence - a.sequence);
}

/** What belongs to modules that the current one imports in so many steps, and to their functions. */
function withinImports({ facts, relations }, current, steps) {
  const distances = new Map([[current.module, 0]]);
  for (let step = 1; step <= steps; step++) {
    for (const { kind, from, to } of relations) {
      if (kind === 'imports' && distances.get(from) === step - 1 && !distances.has(to)) distances.set(to, step);
    }
  }
  for (const { kind, from, to } of relations) {
    if (kind === 'contains' && distances.has(from)) distances.set(to, distances.get(from));
  }
  return byDistance(facts, distances.set('', 1.5));
}

/** As maps of repositories rank: along every relation, in both directions, all alike. */
function byPageRank({ facts, relations }, current, { WeightedGraph }) {
  const graph = new WeightedGraph();
  for (const { from, to } of relations) {
    graph.connect(from, to, 1);
    graph.connect(to, from, 1);
  }
  const ranks = graph.rankFrom(new Map([[current.payload.fn, 1]]));
  return facts.toSorted((a, b) => (ranks.get(b.owner) ?? 0) - (ranks.get(a.owner) ?? 0) || b.sequence - a.sequence);
}

/** What belongs to functions that are called in so many steps, to who calls, to their modules and topics, and to all. */
function withinCalls({ facts, relations }, current, steps) {
  const ends = (names, kind) => relations.filter((it) => it.kind === kind && names.has(it.from)).map(({ to }) => to);
  const origins = (names, kind) =>
    relations.filter((it) => it.kind === kind && names.has(it.to)).map(({ from }) => from);
  const start = current.payload.fn;
  const distances = new Map([[start, 0]]);
  let ring = new Set([start]);
  const put = (names, distance) => {
    for (const name of names) if (!distances.has(name)) distances.set(name, distance);
  };
  for (let step = 1; step <= steps; step++) {
    ring = new Set(ends(ring, 'calls').filter((name) => !distances.has(name)));
    put(ring, step);
  }
  put(origins(new Set([start]), 'calls'), 1);
  for (const [name, distance] of [...distances]) put(origins(new Set([name]), 'contains'), distance);
  put(ends(new Set(distances.keys()), 'about'), 2);
  return byDistance(facts, distances.set('', 1.5));
}

function byDistance(facts, distances) {
  return facts
    .filter(({ owner }) => distances.has(owner))
    .toSorted((a, b) => distances.get(a.owner) - distances.get(b.owner) || b.sequence - a.sequence);
}
