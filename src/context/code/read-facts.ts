import type { TreeCursor } from 'web-tree-sitter';
import { nestsDeeply } from '../outline/nesting.ts';
import { outlineText } from '../outline/outline.text.ts';
import { type Grammar, walkTree, withSyntaxTree } from '../outline/syntax-parser.ts';
import { type CodeFacts, type Definition, factLimits } from './code-facts.ts';
import { FactsBuilder } from './facts-builder.ts';
import { pythonFacts } from './facts.python.ts';
import { scriptFacts } from './facts.script.ts';

const grammars: Readonly<Record<string, Grammar>> = {
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  py: 'python',
  pyi: 'python',
};

/** How a file is parsed, told by its name; null: only by line. */
export function grammarOf(path: string): Grammar | null {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return (Object.hasOwn(grammars, extension) ? grammars[extension] : undefined) ?? null;
}

/**
 * Reads what a file defines, names and imports, also from code with syntax errors. Same code, same facts; what it costs
 * is bounded whatever the code is, and of code beyond the limits only its beginning is read.
 */
export async function readFacts(code: string, grammar: Grammar | null): Promise<CodeFacts> {
  const read = code.slice(0, factLimits.characters);
  if (grammar === null || nestsDeeply(read)) return factsByLine(read);
  const reader = grammar === 'python' ? pythonFacts : scriptFacts;
  const facts = await withSyntaxTree(grammar, read, async (tree) => {
    const builder = new FactsBuilder(read);
    const enter = (cursor: TreeCursor) => {
      const { nodeType } = cursor;
      return Object.hasOwn(reader, nodeType) && cursor.nodeIsNamed ? reader[nodeType]?.(cursor, builder) : undefined;
    };
    await walkTree(tree, enter, factLimits.nodes);
    const built = builder.build();
    return tree.rootNode.hasError ? withLostDefinitions(built, factsByLine(read)) : built;
  });
  return facts ?? factsByLine(read);
}

/** A parser that lost its way may skip a definition that its line still shows; these come last. */
function withLostDefinitions(facts: CodeFacts, byLine: CodeFacts): CodeFacts {
  const known = new Set(facts.definitions.map(({ firstLine }) => firstLine));
  const lost = byLine.definitions.filter(({ firstLine }) => !known.has(firstLine));
  return { ...facts, definitions: [...facts.definitions, ...lost].slice(0, factLimits.definitions) };
}

/** Where no parser helps: definitions by the usual words, each up to the next one. */
function factsByLine(code: string): CodeFacts {
  const lines = code.split('\n').length;
  const { functions, types } = outlineText(code, lines, false);
  const found = [
    ...types.map(({ name, firstLine }) => ({ name, kind: 'type' as const, firstLine })),
    ...functions.map(({ name, firstLine }) => ({ name, kind: 'function' as const, firstLine })),
  ].sort((a, b) => a.firstLine - b.firstLine);
  const definitions = found.slice(0, factLimits.definitions).map((definition, index): Definition => ({
    ...definition,
    owner: null,
    headEnd: definition.firstLine,
    lastLine: Math.max(definition.firstLine, (found[index + 1]?.firstLine ?? lines + 1) - 1),
  }));
  return { source: 'text', definitions, references: [], imports: [], exports: [] };
}
