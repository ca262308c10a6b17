import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A parsed source file with its path in the project; nothing of it is run. */
export interface Source {
  readonly path: string;
  readonly file: ts.SourceFile;
}

/** The product's sources, in order of path, without tests. */
export function productSources(): readonly Source[] {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.(spec|contract))\.ts$/.test(path))
    .sort()
    .map((path) => parse(`src/${path.replaceAll('\\', '/')}`, readFileSync(join(src, path), 'utf8')));
}

export function parse(path: string, text: string): Source {
  return { path, file: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** The docstring of a declaration on one line, or ''. */
export function docstringOf(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  return (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s+/g, ' ').trim();
}

/** A row of a Markdown table. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
