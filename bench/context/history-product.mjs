import { built } from '../support/arms.mjs';

/** What of the build the benchmark of histories works with. */
export async function loadProduct() {
  const names = ['ledger', 'symbol-index', 'remarks', 'choose-facts', 'match-facts'].map((name) => `history/${name}`);
  const modules = [...names, 'rank/weighted-graph'].map((name) => built(`context/${name}.js`));
  return Object.assign({}, ...(await Promise.all(modules)));
}

/** Counts each text once. */
export function memoized(count) {
  const known = new Map();
  return (text) => {
    if (!known.has(text)) known.set(text, count(text));
    return known.get(text);
  };
}
