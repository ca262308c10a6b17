// Runs inside the sandbox, beside a copy of the TypeScript compiler: it parses the code of the workspace and runs none.
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type typescript from 'typescript';

const ts = createRequire(import.meta.url)('./typescript.cjs') as typeof typescript;

/** On the standard input: every file of the language, and those of them that are looked at. */
interface Question {
  readonly files: readonly string[];
  readonly sources: readonly string[];
  readonly maxFindings: number;
}

interface Finding {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly kind: string;
}

const REPORT = 3;
const MAX_NAME = 100;
const UNREACHABLE = 7027;

const { files, sources, maxFindings } = JSON.parse(readFileSync(0, 'utf8')) as Question;
const options: typescript.CompilerOptions = {
  allowJs: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  noLib: true,
  types: [],
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.Preserve,
  target: ts.ScriptTarget.ESNext,
};
const service = ts.createLanguageService({
  getScriptFileNames: () => [...files],
  getScriptVersion: () => '1',
  getScriptSnapshot: (name) => {
    const text = ts.sys.readFile(name);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => process.cwd(),
  getCompilationSettings: () => options,
  getDefaultLibFileName: () => '',
  fileExists: (name) => ts.sys.fileExists(name),
  readFile: (name) => ts.sys.readFile(name),
  directoryExists: (name) => ts.sys.directoryExists(name),
});
const program = service.getProgram();
if (!program) throw new Error('The compiler made no program of the files.');
const checker = program.getTypeChecker();

const findings = sources.flatMap((path) => {
  const source = program.getSourceFile(path);
  return source ? [...unused(path, source), ...unusedExports(path, source)] : [];
});
findings.sort((one, other) => (one.path === other.path ? one.line - other.line : one.path < other.path ? -1 : 1));
const kept = findings.slice(0, maxFindings);
const report = { analyser: `typescript ${ts.version}`, findings: kept, findingsCut: findings.length - kept.length };
const bytes = Buffer.from(JSON.stringify(report));
for (let written = 0; written < bytes.length;) written += writeSync(REPORT, bytes, written);

/** What the compiler fades out in an editor: imports, variables, functions that nothing reads, code that nothing reaches. */
function unused(path: string, source: typescript.SourceFile): readonly Finding[] {
  return service.getSuggestionDiagnostics(path).flatMap((diagnostic): Finding[] => {
    if (!diagnostic.reportsUnnecessary) return [];
    const node = nodeAt(source, diagnostic.start);
    const text = source.text.slice(diagnostic.start, diagnostic.start + diagnostic.length);
    if (diagnostic.code === UNREACHABLE) return [finding(path, source, diagnostic.start, text, 'unreachable')];
    // A parameter often has to be there for the sake of the next one.
    if (isWithin(node, ts.isParameter)) return [];
    return [finding(path, source, diagnostic.start, namesOf(node) ?? text, kindOf(node))];
  });
}

/** What an import brings in, where nothing of it is used and the compiler fades out all of it. */
function namesOf(node: typescript.Node): string | undefined {
  return ts.isImportDeclaration(node) ? node.importClause?.getText().replaceAll(/[{}]/g, ' ').trim() : undefined;
}

/** What a file exports and nothing reads, neither another file, a test included, nor the file itself. */
function unusedExports(path: string, source: typescript.SourceFile): readonly Finding[] {
  const module = checker.getSymbolAtLocation(source);
  if (!module) return [];
  return checker.getExportsOfModule(module).flatMap((symbol): Finding[] => {
    const name = symbol.declarations?.flatMap((declaration) => nameOf(declaration) ?? [])[0];
    if (!name || name.getSourceFile() !== source) return [];
    const start = name.getStart();
    const found = service.findReferences(path, start) ?? [];
    const used = found.flatMap(({ references }) => references).some((reference) => !isDeclaration(reference));
    return used ? [] : [finding(path, source, start, name.getText(), `export of ${kindOf(name)}`)];
  });
}

function isDeclaration({ fileName, textSpan, isDefinition }: typescript.ReferencedSymbolEntry): boolean {
  const source = program?.getSourceFile(fileName);
  if (isDefinition || !source) return true;
  const node = nodeAt(source, textSpan.start);
  return isWithin(node, ts.isExportSpecifier) || isWithin(node, ts.isExportAssignment);
}

function nameOf(declaration: typescript.Declaration): typescript.Node | undefined {
  return ts.getNameOfDeclaration(declaration);
}

function kindOf(node: typescript.Node): string {
  if (isWithin(node, ts.isImportDeclaration)) return 'import';
  const { parent } = node;
  if (ts.isFunctionLike(parent)) return 'function';
  if (ts.isClassLike(parent)) return 'class';
  if (ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent) || ts.isEnumDeclaration(parent))
    return 'type';
  const value = ts.isVariableDeclaration(parent) ? parent.initializer : undefined;
  return value && ts.isFunctionLike(value) ? 'function' : 'variable';
}

function isWithin(node: typescript.Node, is: (node: typescript.Node) => boolean): boolean {
  for (let at: typescript.Node | undefined = node; at; at = at.parent) {
    if (is(at)) return true;
    if (ts.isBlock(at) || ts.isSourceFile(at)) return false;
  }
  return false;
}

function nodeAt(source: typescript.SourceFile, position: number): typescript.Node {
  let node: typescript.Node = source;
  for (;;) {
    const inner: typescript.Node | undefined = ts.forEachChild(node, (child) =>
      child.getStart() <= position && position < child.getEnd() ? child : undefined,
    );
    if (!inner) return node;
    node = inner;
  }
}

function finding(path: string, source: typescript.SourceFile, start: number, text: string, kind: string): Finding {
  const name = (text.split('\n')[0] ?? '').trim().slice(0, MAX_NAME);
  return { path, name, line: source.getLineAndCharacterOfPosition(start).line + 1, kind };
}
