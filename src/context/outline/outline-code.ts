import { type CodeOutline, outlineLimits } from './code-outline.ts';
import { nestsDeeply } from './nesting.ts';
import { OutlineBuilder } from './outline-builder.ts';
import { pythonReader } from './outline.python.ts';
import { scriptReader } from './outline.script.ts';
import { outlineText } from './outline.text.ts';
import { type Grammar, walkTree, withSyntaxTree } from './syntax-parser.ts';

const grammars: Readonly<Record<string, Grammar>> = {
  javascript: 'javascript',
  typescript: 'typescript',
  python: 'python',
};

/**
 * Reads what a file consists of, also from code with syntax errors. JavaScript, TypeScript and Python have a syntax
 * tree, other languages are read by line. Same code, same outline; what it costs is bounded whatever the code is.
 * `path` tells TypeScript from TSX.
 */
export async function outlineCode(code: string, language: string, path = ''): Promise<CodeOutline> {
  const cut = code.length > outlineLimits.characters;
  const read = cut ? code.slice(0, outlineLimits.characters) : code;
  const lines = countLines(code);
  const byLine = () => outlineText(read, lines, cut);
  if (nestsDeeply(read)) return byLine();
  const known = Object.hasOwn(grammars, language) ? grammars[language] : undefined;
  if (known === undefined) return byLine();
  const grammar = known === 'typescript' && path.endsWith('.tsx') ? 'tsx' : known;
  const outline = await outlineTree(read, grammar, lines, cut);
  if (outline === null) return byLine();
  return outline.hasSyntaxErrors ? withLostDeclarations(outline, byLine()) : outline;
}

/** How many lines a text has; the newline at its end begins no further one. */
export function countLines(code: string): number {
  let lines = code === '' || code.endsWith('\n') ? 0 : 1;
  for (let end = code.indexOf('\n'); end !== -1; end = code.indexOf('\n', end + 1)) lines++;
  return lines;
}

function outlineTree(code: string, grammar: Grammar, lines: number, cut: boolean): Promise<CodeOutline | null> {
  const [reader, language] =
    grammar === 'python' ? [pythonReader, 'python' as const] : [scriptReader, 'script' as const];
  return withSyntaxTree(grammar, code, async (tree) => {
    const outline = new OutlineBuilder(code, language);
    const complete = await walkTree(
      tree,
      (cursor) => {
        const { nodeType } = cursor;
        return Object.hasOwn(reader, nodeType) && cursor.nodeIsNamed
          ? reader[nodeType]?.(cursor.currentNode, outline)
          : undefined;
      },
      outlineLimits.nodes,
    );
    return outline.build(lines, tree.rootNode.hasError, cut || !complete);
  });
}

/** A parser that lost its way may skip a declaration that its line still shows. */
function withLostDeclarations(outline: CodeOutline, byLine: CodeOutline): CodeOutline {
  const functions = new Set(outline.functions.flatMap(({ name, firstLine }) => [name, firstLine]));
  const types = new Set(outline.types.flatMap(({ name, firstLine }) => [name, firstLine]));
  const imports = new Set(outline.imports.map(({ from }) => from));
  const byPlace = (a: { firstLine: number }, b: { firstLine: number }) => a.firstLine - b.firstLine;
  return {
    ...outline,
    functions: [
      ...outline.functions,
      ...byLine.functions.filter(({ name, firstLine }) => !functions.has(name) && !functions.has(firstLine)),
    ].sort(byPlace),
    types: [
      ...outline.types,
      ...byLine.types.filter(({ name, firstLine }) => !types.has(name) && !types.has(firstLine)),
    ].sort(byPlace),
    imports: [...outline.imports, ...byLine.imports.filter(({ from }) => !imports.has(from))],
  };
}
