import { type CodeOutline, outlineLimits, type OutlinedFunction, type OutlinedType } from './code-outline.ts';
import { commentWords, isLicence } from './comments.ts';

/** Lines are looked at up to here: no declaration is longer. */
const LINE_CHARACTERS = 400;

const WORDS_BEFORE =
  '(?:(?:export|default|declare|pub(?:\\([a-z]+\\))?|public|private|protected|internal|static|async|final|abstract|override|open|inline|const|unsafe|virtual|local|suspend|sealed|data) +)*';
const FUNCTION = new RegExp(
  `^\\s*${WORDS_BEFORE}(?:function\\*?|def|defp|fn|func|fun|sub|proc) +(?:\\([^)]*\\) *)?([\\w$.:]+[?!]?) *(?:<[^>]*> *)?(\\([^)]*\\)?)?`,
);
const TYPE = new RegExp(
  `^\\s*${WORDS_BEFORE}(class|interface|struct|trait|enum|type|protocol|module|object|record|namespace|impl) +([A-Za-z_$][\\w$:.]*)`,
);
/** `int count(char *text) {` and the like: a type, a name, parameters, and an opening brace at the end of the line. */
const C_FUNCTION =
  /^(?!\s*(?:return|else|if|for|while|switch|do|new|throw|case)\b)[\w<>[\],*&:~ \t]{1,200}[ \t*&]([A-Za-z_][\w:~]*) *(\([^;{}]*\)) *(?:const *)?(?:throws [\w., ]+)?\{\s*$/;
const IMPORT =
  /^\s*(?:import|from|use|using|require(?:_once|_relative)?|#include|include|load|source)\b[ \t(]*["'<]?([\w./:@$*\\-]+)/;
const QUOTED_IMPORT = /^\s*import\b[^"']*["']([^"']+)["']/;
const COMMENT = /^\s*(?:\/\/|\/\*|\*|#(?!include|!|\[)|--|;)/;

/**
 * An outline by line, for languages without a parser and for code that a parser could not finish. It knows the usual
 * words of declarations and no more: names and lines are right where a language writes them as most do.
 */
export function outlineText(code: string, lines: number, cut: boolean): CodeOutline {
  const functions: OutlinedFunction[] = [];
  const types: OutlinedType[] = [];
  const imports = new Set<string>();
  let comment: string[] = [];
  let head: string | null = null;
  let row = 0;
  for (const whole of linesOf(code)) {
    row++;
    const line = whole.slice(0, LINE_CHARACTERS);
    const declared = declaration(line);
    if (COMMENT.test(line) && declared === null) {
      if (comment.length < 40) comment.push(line);
      continue;
    }
    const doc = comment.length > 0 ? commentWords(comment.join('\n')) : null;
    const isAtHead = functions.length === 0 && types.length === 0 && declared === null;
    if (isAtHead && doc !== null && !isLicence(doc)) head ??= doc;
    comment = [];
    const place = { doc, exported: false, firstLine: row, lastLine: row };
    if (declared?.kind === 'function' && functions.length < outlineLimits.functions) {
      functions.push({ ...noFacts, ...place, ...declared.head });
    } else if (declared?.kind === 'type' && types.length < outlineLimits.types) {
      types.push({ ...place, ...declared.head });
    } else if (declared?.kind === 'import' && imports.size < outlineLimits.imports) {
      imports.add(declared.from);
    }
  }
  return {
    source: 'text',
    doc: head,
    imports: [...imports].map((from) => ({ from, names: [] })),
    types,
    functions,
    exports: [],
    lines,
    hasSyntaxErrors: false,
    cut: cut || functions.length >= outlineLimits.functions || types.length >= outlineLimits.types,
  };
}

const noFacts = { returns: null, givesValue: false, calls: [], throws: [], sideEffects: [] };

type Declaration =
  | { readonly kind: 'function'; readonly head: { name: string; signature: string; parameters: string } }
  | { readonly kind: 'type'; readonly head: { kind: string; name: string; signature: string } }
  | { readonly kind: 'import'; readonly from: string };

function declaration(line: string): Declaration | null {
  const found = FUNCTION.exec(line) ?? (/\{\s*$/.test(line) ? C_FUNCTION.exec(line) : null);
  const signature = line
    .trim()
    .replace(/\s*[{:=]?\s*$/, '')
    .slice(0, outlineLimits.signatureCharacters);
  if (found?.[1] !== undefined) {
    const parameters = (found[2] ?? '').replace(/^\(\s*|[\s):]+$/g, '');
    return { kind: 'function', head: { name: found[1], signature, parameters } };
  }
  const [, kind, name] = TYPE.exec(line) ?? [];
  if (kind !== undefined && name !== undefined) return { kind: 'type', head: { kind, name, signature } };
  const from = QUOTED_IMPORT.exec(line)?.[1] ?? IMPORT.exec(line)?.[1];
  return from === undefined ? null : { kind: 'import', from };
}

/** Line by line, without a copy of all of them at once. */
export function* linesOf(code: string): Generator<string> {
  let start = 0;
  while (start < code.length) {
    const end = code.indexOf('\n', start);
    if (end === -1) break;
    yield code.slice(start, end);
    start = end + 1;
  }
  if (start < code.length) yield code.slice(start);
}
