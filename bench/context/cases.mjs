import { built } from '../support/arms.mjs';

const { viewFrom } = await built('context/code/code-view.js');
const { isTestPath } = await built('context/code/test-path.js');

// Subjects of commits that change form and not meaning.
const MECHANICAL =
  /^(?:chore|style|docs?|release|bump|format|lint|typo|ci|build|revert|merge)\b|\b(?:typos?|lint|prettier|eslint|black|ruff|isort|renam(?:e|es|ed|ing)|format(?:ting)?|type hints?|typing)\b/i;
const LIMITS = { sources: [2, 8], addedLines: [5, 400], files: 20, sweep: 0.7, symbols: 60, steps: 40, places: 60 };

/**
 * At most `most` commits of the history up to `head` that changed two to eight source files, spread by their hashes, the
 * oldest first; each with what it needed, found in the state before it.
 */
export async function casesOf(repository, { head = 'HEAD', aliases, pythonRoots, index, most }) {
  const log = repository.git(
    'log',
    '--no-merges',
    '-M',
    '--name-status',
    '-n',
    '20000',
    '--format=%x01%H%x02%P%x02%ct%x02%s',
    head,
  );
  const commits = log.split('\x01').slice(1).map(parseCommit);
  const candidates = commits
    .filter((commit) => isCandidate(commit, repository))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const cases = [];
  for (const commit of candidates) {
    if (cases.length >= most) break;
    const found = await caseOf(repository, commit, { index, rules: { aliases, pythonRoots } });
    if (found !== null) cases.push(found);
  }
  return cases.sort((a, b) => a.time - b.time);
}

function parseCommit(record) {
  const [first, ...rest] = record.split('\n');
  const [hash, parents, time, subject] = first.split('\x02');
  const touched = rest.filter(Boolean).map((line) => line.split('\t'));
  return { hash, parent: parents.split(' ')[0], time: Number(time), subject, touched };
}

function isCandidate({ parent, subject, touched }, repository) {
  const code = touched.filter((entry) => repository.isCode(entry.at(-1)));
  const sources = code.filter((entry) => !isTestPath(entry.at(-1)));
  const modified = sources.filter(([status]) => status === 'M').length;
  const [fewest, most] = LIMITS.sources;
  if (!parent || MECHANICAL.test(subject) || code.some(([status]) => status.startsWith('R'))) return false;
  return modified >= fewest && sources.length <= most;
}

async function caseOf(repository, { hash, parent, time, subject, touched }, { index, rules }) {
  const paths = touched.map((entry) => entry.at(-1)).filter((path) => repository.isCode(path));
  const hunks = hunksOf(
    repository.git('diff', '-w', '-U0', '--no-color', '--no-ext-diff', parent, hash, '--', ...paths),
  );
  const added = (path) => (hunks.get(path) ?? []).flatMap((hunk) => hunk.added);
  const modified = touched.filter(([status, path]) => status === 'M' && hunks.has(path)).map(([, path]) => path);
  const sources = modified.filter((path) => !isTestPath(path));
  const lines = sources.reduce((sum, path) => sum + added(path).length, 0);
  if (sources.length < 2 || lines < LIMITS.addedLines[0] || lines > LIMITS.addedLines[1]) return null;
  if (likeness(sources.map((path) => namesIn(added(path).join('\n')))) > LIMITS.sweep) return null;
  const [current] = sources.toSorted((a, b) => added(b).length - added(a).length || (a < b ? -1 : 1));
  const files = await repository.filesAt(parent);
  if (files.length < LIMITS.files) return null;
  const before = await index.link(files, rules);
  const after = await index.link(await repository.filesAt(hash), rules);
  const own = namesIn(files.find(({ path }) => path === current).text);
  const used = usedSymbols({ before, after, hunks, current }).slice(0, LIMITS.symbols);
  return {
    id: hash.slice(0, 10),
    parent,
    time,
    subject,
    current,
    rules,
    files: modified.filter((path) => path !== current).map((path) => ({ path, isTest: isTestPath(path) })),
    places: sources
      .filter((path) => path !== current)
      .flatMap((path) => hunks.get(path).map((hunk) => placeOf(path, hunk)))
      .slice(0, LIMITS.places),
    symbols: used.map((symbol) => ({
      ...placeOfSymbol(before, symbol),
      isNovel: !own.has(before.symbols[symbol].definition.name),
    })),
    steps: stepsFrom(before, used, current).slice(0, LIMITS.steps),
  };
}

/** Of a difference without context, by path: what was there before, and the added lines. */
function hunksOf(diff) {
  const hunks = new Map();
  let [path, hunk] = [null, null];
  for (const line of diff.split('\n')) {
    if (line.startsWith('diff --git')) [path, hunk] = [null, null];
    else if (line.startsWith('+++ b/') && hunk === null) hunks.set((path = line.slice(6)), []);
    else if (line.startsWith('@@') && path !== null) {
      const [, before, removed = '1', after] = /^@@ -(\d+)(?:,(\d+))? \+(\d+)/.exec(line);
      hunk = { before: Number(before), removed: Number(removed), after: Number(after), added: [] };
      hunks.get(path).push(hunk);
    } else if (hunk !== null && line.startsWith('+')) hunk.added.push(line.slice(1));
  }
  return hunks;
}

/** The lines that were changed; where only something was inserted, the ones around. */
function placeOf(path, { before, removed }) {
  return removed > 0
    ? { path, firstLine: before, lastLine: before + removed - 1 }
    : { path, firstLine: Math.max(1, before - 1), lastLine: before + 2 };
}

/** Symbols of the state before that added lines use, other than those of the current file and of tests. */
function usedSymbols({ before, after, hunks, current }) {
  const keyOf = ({ files }, { file, definition }) => {
    const owner = definition.owner === null ? '' : files[file].text.facts.definitions[definition.owner].name;
    return `${files[file].path} ${owner} ${definition.name}`;
  };
  const known = new Map();
  before.symbols.forEach((symbol, number) => {
    const key = keyOf(before, symbol);
    if (!known.has(key)) known.set(key, number);
  });
  const used = new Set();
  for (const { path, text, links } of after.files) {
    if (!hunks.has(path) || isTestPath(path)) continue;
    const lines = new Set(hunks.get(path).flatMap((hunk) => hunk.added.map((_, index) => hunk.after + index)));
    const names = new Set(text.facts.references.filter(({ line }) => lines.has(line)).map(useKey));
    for (const { use, symbol, share } of links) {
      if (share < 1 || !names.has(useKey(use)) || (use.isMember && use.name.length < 4)) continue;
      const number = known.get(keyOf(after, after.symbols[symbol]));
      const target = number === undefined ? current : before.files[before.symbols[number].file].path;
      if (target !== current && target !== path && !isTestPath(target)) used.add(number);
    }
  }
  return [...used];
}

function useKey({ name, object, within, isMember }) {
  return `${name} ${object} ${within} ${isMember}`;
}

/** What signatures of the used symbols name, and theirs, to the fourth degree. */
function stepsFrom(code, used, current) {
  const named = signatureNames(code);
  const seen = new Set(used);
  const steps = [];
  let reached = used;
  for (let degree = 2; degree <= 4; degree++) {
    const next = [];
    for (const symbol of reached.flatMap((from) => named.get(from) ?? [])) {
      const { path } = code.files[code.symbols[symbol].file];
      if (seen.has(symbol) || path === current || isTestPath(path)) continue;
      seen.add(symbol);
      next.push(symbol);
      steps.push({ ...placeOfSymbol(code, symbol), degree });
    }
    reached = next;
  }
  return steps;
}

function signatureNames({ files }) {
  const named = new Map();
  for (const { firstSymbol, text, links } of files) {
    const { definitions } = text.facts;
    for (const { use, symbol, share } of links) {
      if (use.within === null || share < 1 || use.isMember) continue;
      const owner = definitions[use.within].owner;
      const from = use.inHead ? [use.within] : [];
      if (owner !== null && definitions[owner].kind === 'type') from.push(owner);
      for (const definition of from)
        named.set(firstSymbol + definition, [...(named.get(firstSymbol + definition) ?? []), symbol]);
    }
  }
  return named;
}

function placeOfSymbol({ files, symbols }, symbol) {
  const { file, definition } = symbols[symbol];
  const { name, firstLine, headEnd, lastLine } = definition;
  return { path: files[file].path, name, firstLine, headEnd, lastLine };
}

function namesIn(text) {
  return new Set(text.match(/[A-Za-z_$][\w$]{2,}/g));
}

/** How alike several sets are: the mean share that two of them have in common. The same edit everywhere needs nothing. */
function likeness(sets) {
  const shares = [];
  sets.forEach((a, index) => {
    for (const b of sets.slice(index + 1)) shares.push(a.intersection(b).size / (a.union(b).size || 1));
  });
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** Files within two import steps of the current one, tests aside: what people would look through by hand. */
export function neighbourhood(code, current) {
  const number = code.files.findIndex(({ path }) => path === current);
  const view = viewFrom(code, number);
  return code.files
    .map((_, file) => file)
    .filter((file) => file !== number && view.distance[file] <= 2 && !view.isTest[file])
    .sort((a, b) => view.distance[a] - view.distance[b] || a - b);
}
