import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import type { Language, Parser, Tree, TreeCursor } from 'web-tree-sitter';

export type Grammar = 'javascript' | 'typescript' | 'tsx' | 'python';

/**
 * How often a parser may report progress, which it does every hundred steps. Code as people write it takes 9 reports per
 * 1000 characters, and minified code 20. A count and not a time, so that the same code ends the same way.
 */
const MAX_REPORTS = { base: 1000, perCharacter: 0.03 };
/** The event loop has a turn after so many reports, and after so many nodes: some 10 ms. */
const REPORTS_PER_TURN = 50;
const NODES_PER_TURN = 5000;

const { resolve } = createRequire(import.meta.url);
/** One a grammar for the whole process. */
const languages = new Map<Grammar, Promise<Language>>();

/**
 * Gives the syntax tree of `code` to `use`, and frees it after. Code with errors has a tree too. Null when the parser
 * would have spent more than it may. The event loop has its turns meanwhile. Rejects when the grammar cannot be loaded,
 * which means a broken installation.
 */
export async function withSyntaxTree<T>(
  grammar: Grammar,
  code: string,
  use: (tree: Tree) => Promise<T>,
): Promise<T | null> {
  const { Parser } = await import('web-tree-sitter');
  const language = await languageOf(grammar);
  const parser = new Parser();
  let tree: Tree | null = null;
  try {
    tree = await parse(parser.setLanguage(language), code);
    return tree === null ? null : await use(tree);
  } finally {
    tree?.delete();
    parser.delete();
  }
}

/** Called for every node in order; what it answers is called once all that is inside the node has been visited. */
export type Enter = (cursor: TreeCursor) => (() => void) | undefined;

/** Visits a tree without recursion, as hostile code nests deeply. False: there were more than `maxNodes`. */
export async function walkTree(tree: Tree, enter: Enter, maxNodes: number): Promise<boolean> {
  const cursor = tree.walk();
  const leaving: (ReturnType<Enter> | undefined)[] = [];
  try {
    for (let visited = 1; visited <= maxNodes; visited++) {
      if (visited % NODES_PER_TURN === 0) await turn();
      leaving.push(enter(cursor));
      if (cursor.gotoFirstChild()) continue;
      do {
        leaving.pop()?.();
        if (cursor.gotoNextSibling()) break;
      } while (cursor.gotoParent());
      if (leaving.length === 0) return true;
    }
    while (leaving.length > 0) leaving.pop()?.();
    return false;
  } finally {
    cursor.delete();
  }
}

async function parse(parser: Parser, code: string): Promise<Tree | null> {
  const most = MAX_REPORTS.base + code.length * MAX_REPORTS.perCharacter;
  for (let reports = 0; reports < most;) {
    const end = reports + REPORTS_PER_TURN;
    // A parser that is stopped goes on where it was when it is called again.
    const tree = parser.parse(code, null, {
      // After an error there are several ways to go on, and each step takes all of them.
      progressCallback: ({ hasError }) => (reports += hasError ? 2 : 1) >= end,
    });
    if (tree !== null) return tree;
    await turn();
  }
  return null;
}

function languageOf(grammar: Grammar): Promise<Language> {
  let language = languages.get(grammar);
  if (language === undefined) {
    language = loadLanguage(grammar);
    languages.set(grammar, language);
    // A failure is not kept.
    language.catch(() => languages.delete(grammar));
  }
  return language;
}

async function loadLanguage(grammar: Grammar): Promise<Language> {
  // Loaded when first needed: most starts of the server never parse.
  const { Language, Parser } = await import('web-tree-sitter');
  await Parser.init();
  return Language.load(resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`));
}
