const WORD = /[A-Za-z_$][\w$]*/g;
const NO_CONTENT = new Set(
  'export default async function const let var public private protected readonly static abstract declare get set return def class interface type enum extends implements self cls override'.split(
    ' ',
  ),
);

/** Cuts items at the budget, whole lines of the one that does not fit being kept, whatever the retriever promised. */
export function withinBudget(items, budget, count) {
  const kept = [];
  let left = budget;
  for (const { path, text } of items) {
    const tokens = count(`### ${path}\n${text}\n`);
    if (tokens <= left) {
      kept.push({ path, text });
      left -= tokens;
      continue;
    }
    const lines = text.split('\n');
    while (lines.length > 0 && count(`### ${path}\n${lines.join('\n')}\n`) > left)
      lines.length = Math.floor(lines.length * 0.8);
    if (lines.length > 0) kept.push({ path, text: lines.join('\n') });
    return kept;
  }
  return kept;
}

/** Which of a case's needs are in the items, by column; `texts` are the files before the change. */
export function scoresOf({ files, places, symbols, steps }, items, texts) {
  const shown = Map.groupBy(items, ({ path }) => path);
  const memo = new Map();
  const of = (path) => {
    if (!memo.has(path)) {
      const text = (shown.get(path) ?? []).map((item) => item.text).join('\n');
      memo.set(path, { words: text.match(WORD) ?? [], lines: new Set(solidLines(text.split('\n'))) });
    }
    return memo.get(path);
  };
  const linesOf = (path, first, last) =>
    texts
      .get(path)
      .split('\n')
      .slice(first - 1, last);
  const shareOf = (path, lines) => lines.filter((line) => of(path).lines.has(line)).length / lines.length;
  const hasSignature = ({ path, name, firstLine, headEnd }) =>
    holdsInOrder(contentWords(linesOf(path, firstLine, headEnd)), name, of(path).words);
  const ownLines = (path) => solidLines(texts.get(path).split('\n'));
  const isShown = ({ path }) => ownLines(path).some((line) => of(path).lines.has(line));
  const hasBody = ({ path, firstLine, lastLine }) =>
    shareOf(path, solidLines(linesOf(path, firstLine, Math.min(lastLine, firstLine + 199)))) >= 0.8;
  const changed = places
    .map(({ path, firstLine, lastLine }) => ({ path, lines: solidLines(linesOf(path, firstLine, lastLine)) }))
    .filter(({ lines }) => lines.length > 0);
  const degree = (wanted) => steps.filter((step) => step.degree === wanted).map(hasSignature);
  return {
    file: files.filter(({ isTest }) => !isTest).map(isShown),
    test: files.filter(({ isTest }) => isTest).map(isShown),
    place: changed.map(({ path, lines }) => shareOf(path, lines) >= 0.5),
    signature: symbols.map(hasSignature),
    novel: symbols.filter(({ isNovel }) => isNovel).map(hasSignature),
    body: symbols.map(hasBody),
    'step 2': degree(2),
    'step 3': degree(3),
    'step 4': degree(4),
  };
}

/** Lines as they are compared: blanks made one, those that hold next to nothing left out. */
function solidLines(lines) {
  return lines
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => (line.match(/[\w$]/g) ?? []).length >= 3);
}

function contentWords(lines) {
  return (lines.join('\n').match(WORD) ?? []).filter((word) => !NO_CONTENT.has(word));
}

/** Whether a name stands there with four fifths of its signature's words around it, in order and without long detours. */
function holdsInOrder(signature, name, words) {
  const at = Math.max(0, signature.indexOf(name));
  const needed = Math.ceil(signature.length * 0.8);
  return words.some((word, place) => {
    if (word !== name) return false;
    const after = matches(signature.slice(at + 1), words.slice(place + 1, place + 2 * (signature.length - at) + 8));
    const before = matches(
      signature.slice(0, at).reverse(),
      words.slice(Math.max(0, place - 2 * at - 8), place).reverse(),
    );
    return 1 + after + before >= needed;
  });
}

/** How many words of a sequence come in this order, at most three of them left out in between. */
function matches(sequence, words) {
  let [next, found] = [0, 0];
  for (const word of words) {
    const step = sequence.slice(next, next + 4).indexOf(word);
    if (step === -1) continue;
    next += step + 1;
    found++;
  }
  return found;
}
