import { posix } from 'node:path';
import type { CodeOutline } from '../outline/code-outline.ts';
import type { Outlines } from './outlines.ts';
import { libraryOf, resolveImport } from './resolve-import.ts';

export interface CodeSymbol {
  /** `src/counter.ts#Counter.add`. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'type';
  readonly signature: string;
  readonly doc: string | null;
  /** Its lines. */
  readonly code: string;
  /** Ids of what it calls in files of the task; they need not exist. */
  readonly calls: readonly string[];
}

/** One file as far as its syntax tells. */
export interface ModuleCode {
  readonly path: string;
  readonly role: string;
  readonly content: string;
  readonly outline: CodeOutline;
  readonly symbols: readonly CodeSymbol[];
  /** Paths of files of the task. */
  readonly imports: readonly string[];
  readonly libraries: readonly string[];
}

export interface CodeFile {
  readonly path: string;
  readonly content: string;
  readonly role: string;
}

const languages: Readonly<Record<string, string>> = {
  py: 'python',
  ts: 'typescript',
  mts: 'typescript',
  tsx: 'typescript',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
};

/** Reads a file; `known` are the paths that imports can mean. Same arguments, same answer. */
export async function readModuleCode(
  { path, content, role }: CodeFile,
  known: ReadonlySet<string>,
  outlines: Outlines,
): Promise<ModuleCode> {
  const ending = path.split('.').at(-1)?.toLowerCase() ?? '';
  const language = Object.hasOwn(languages, ending) ? (languages[ending] ?? '') : '';
  const outline = await outlines.of(content, language, path);
  const imported = outline.imports.map(({ from, names }) => ({ from, names, path: resolveImport(from, path, known) }));
  return {
    path,
    role,
    content,
    outline,
    symbols: symbolsOf(path, content, outline, imported),
    imports: [...new Set(imported.flatMap(({ path: target }) => target ?? []))],
    libraries: [...new Set(imported.flatMap(({ from, path: target }) => (target ? [] : (libraryOf(from) ?? []))))],
  };
}

interface ResolvedImport {
  readonly from: string;
  readonly names: readonly string[];
  readonly path: string | null;
}

function symbolsOf(
  path: string,
  content: string,
  outline: CodeOutline,
  imported: readonly ResolvedImport[],
): readonly CodeSymbol[] {
  const lines = content.split('\n');
  const own = new Set([...outline.types, ...outline.functions].map(({ name }) => name));
  const origins = originsOf(imported);
  const idOf = (name: string) => `${path}#${name}`;
  const types = outline.types.map((type) => ({ ...type, kind: 'type' as const, calls: [] }));
  const functions = outline.functions.map((it) => ({ ...it, kind: 'function' as const }));
  const symbols = new Map<string, CodeSymbol>();
  for (const { name, kind, signature, doc, firstLine, lastLine, calls } of [...types, ...functions]) {
    if (symbols.has(name)) continue;
    const code = lines.slice(firstLine - 1, lastLine).join('\n');
    const called = calls.flatMap((callee) => calledId(callee, name, own, origins, idOf) ?? []);
    const others = [...new Set(called)].filter((id) => id !== idOf(name));
    symbols.set(name, { id: idOf(name), name, kind, signature, doc, code, calls: others });
  }
  return [...symbols.values()];
}

/** By the name that an importing file knows it under: the file that it comes from, and whether it is the whole file. */
function originsOf(imported: readonly ResolvedImport[]): ReadonlyMap<string, { path: string; isModule: boolean }> {
  const origins = new Map<string, { path: string; isModule: boolean }>();
  for (const { names, path } of imported) {
    if (path === null) continue;
    // An outline does not tell under which name a whole file is known; most use the name of the file.
    origins.set(posix.parse(path).name, { path, isModule: true });
    for (const name of names) origins.set(name, { path, isModule: false });
  }
  return origins;
}

/** `this.total` is of the caller's class, `split` of this file or where it is imported from. Null: of neither. */
function calledId(
  callee: string,
  caller: string,
  own: ReadonlySet<string>,
  origins: ReadonlyMap<string, { path: string; isModule: boolean }>,
  idOf: (name: string) => string,
): string | null {
  const owner = caller.includes('.') ? caller.slice(0, caller.lastIndexOf('.')) : null;
  const name = owner === null ? callee : callee.replace(/^(?:this|self)\./, `${owner}.`);
  if (own.has(name)) return idOf(name);
  const [head = '', ...rest] = name.split('.');
  const origin = origins.get(head);
  if (origin === undefined) return null;
  // A class is called with its name in front, a namespace is not; the latter are written small.
  const inside = origin.isModule || (rest.length > 0 && !/^\p{Lu}/u.test(head)) ? rest.join('.') : name;
  return inside === '' ? null : `${origin.path}#${inside}`;
}
