import type { Node } from 'web-tree-sitter';
import { type LanguageReader, type OutlineBuilder, rootOf } from './outline-builder.ts';

/** Between a comment and what it is about: words of a declaration and decorators of one line. */
const HEAD_WORDS =
  /^\s*(?:(?:export|default|declare|async|const|let|var|abstract|public|private|protected|static|readonly|override|get|set)\s+|@[^\n]{0,200}\n\s*)*$/;

const functionTypes = new Set([
  'function_expression',
  'generator_function',
  'arrow_function',
  'function_declaration',
  'generator_function_declaration',
]);

/** JavaScript and TypeScript. */
export const scriptReader: LanguageReader = {
  comment: (node, outline) => {
    outline.addComment(node);
    return undefined;
  },

  import_statement: (node, outline) => {
    const source = node.childForFieldName('source');
    const clause = node.namedChildren.find((child) => child?.type === 'import_clause');
    outline.addImport(stringOf(source), importedNames(outline.text(clause ?? null, 1000)));
    if (clause) outline.declare(outline.text(clause, 1000));
    return undefined;
  },

  export_statement: (node, outline) => {
    const source = node.childForFieldName('source');
    if (source) outline.addImport(stringOf(source));
    const isDefault = /^export default\b/.test(outline.text(node, 40));
    if (isDefault) outline.addExport('default');
    const value = node.childForFieldName('value');
    if (isDefault && value?.type === 'identifier') outline.addExport(value.text);
    const clause = node.namedChildren.find((child) => child?.type === 'export_clause');
    if (clause) for (const name of namesOfClause(outline.text(clause, 2000))) outline.addExport(name);
    return undefined;
  },

  function_declaration: functionDeclaration,
  generator_function_declaration: functionDeclaration,
  function_signature: functionDeclaration,
  method_definition: functionDeclaration,
  abstract_method_signature: functionDeclaration,

  lexical_declaration: (node, outline) => {
    if (!outline.isInFunction && node.parent?.type === 'export_statement') {
      for (const child of node.namedChildren) outline.addExport(nameOf(child?.childForFieldName('name') ?? null));
    }
    return undefined;
  },

  variable_declarator: (node, outline) => {
    const name = node.childForFieldName('name');
    outline.declare(outline.text(name, 1000));
    return namedFunction(nameOf(name), node, node.childForFieldName('value'), outline);
  },

  public_field_definition: field,
  field_definition: field,

  class_declaration: type('class'),
  abstract_class_declaration: type('class'),
  class: type('class'),
  interface_declaration: type('interface'),
  type_alias_declaration: type('type'),
  enum_declaration: type('enum'),

  assignment_expression: (node, outline) => {
    const left = node.childForFieldName('left');
    changes(left, outline);
    const exported = /^(?:module\.)?exports(?:\.([\w$]+))?$/.exec(outline.text(left));
    if (!exported || outline.isInFunction) return undefined;
    const right = node.childForFieldName('right');
    if (exported[1] === undefined) {
      if (right?.type === 'object')
        for (const name of namesOfClause(outline.text(right, 2000))) outline.addExport(name);
      if (right?.type === 'identifier') outline.addExport(right.text);
      return undefined;
    }
    outline.addExport(exported[1]);
    return namedFunction(exported[1], node, right, outline);
  },

  augmented_assignment_expression: (node, outline) => changes(node.childForFieldName('left'), outline),
  update_expression: (node, outline) => changes(node.childForFieldName('argument'), outline),
  unary_expression: (node, outline) =>
    node.firstChild?.type === 'delete' ? changes(node.childForFieldName('argument'), outline) : undefined,

  for_in_statement: (node, outline) => {
    if (node.childForFieldName('kind')) outline.declare(outline.text(node.childForFieldName('left'), 1000));
    return undefined;
  },

  catch_clause: (node, outline) => {
    outline.declare(outline.text(node.childForFieldName('parameter'), 1000));
    return undefined;
  },

  call_expression: (node, outline) => {
    const callee = calleeOf(node.childForFieldName('function'), outline);
    outline.addCall(callee);
    if (callee === 'require' || callee === 'import') {
      const [first] = node.childForFieldName('arguments')?.namedChildren ?? [];
      if (first?.type === 'string') outline.addImport(stringOf(first));
    }
    return undefined;
  },

  new_expression: (node, outline) => {
    const callee = calleeOf(node.childForFieldName('constructor'), outline);
    outline.addCall(callee);
    const given = node.childForFieldName('arguments')?.namedChildCount ?? 0;
    if (callee === 'Date' && given === 0) outline.addEffect('reads the clock');
    return undefined;
  },

  member_expression: (node, outline) => {
    if (node.endIndex - node.startIndex === 11 && node.text === 'process.env')
      outline.addEffect('reads the environment');
    return undefined;
  },

  throw_statement: (node, outline) => {
    const thrown = node.namedChild(0);
    outline.addThrow(outline.text(thrown?.childForFieldName('constructor') ?? thrown, 60));
    return undefined;
  },

  return_statement: (node, outline) => {
    if (node.namedChildCount > 0) outline.addValue();
    return undefined;
  },
};

function functionDeclaration(node: Node, outline: OutlineBuilder) {
  const name = node.childForFieldName('name');
  if (outline.isInFunction) outline.declare(outline.text(name));
  else if (node.type !== 'method_definition') outline.declare(outline.text(name));
  return openFunction(nameOf(name), node, node, outline);
}

function field(node: Node, outline: OutlineBuilder) {
  const name = node.childForFieldName('name') ?? node.childForFieldName('property');
  return namedFunction(nameOf(name), node, node.childForFieldName('value'), outline);
}

/** A function that has its name from where it is put. Nothing where `value` is no function. */
function namedFunction(name: string, node: Node, value: Node | null, outline: OutlineBuilder) {
  if (value === null || name === '' || !functionTypes.has(value.type)) return undefined;
  return openFunction(name, node, value, outline);
}

function openFunction(name: string, node: Node, value: Node, outline: OutlineBuilder) {
  const body = value.childForFieldName('body');
  if (value.type === 'arrow_function' && body?.type !== 'statement_block') {
    const close = open();
    outline.addValue();
    return close;
  }
  return open();

  function open() {
    return outline.openFunction({
      node,
      name,
      parameters: value.childForFieldName('parameters') ?? value.childForFieldName('parameter'),
      returns: value.childForFieldName('return_type'),
      body,
      doc: outline.docBefore(node.startIndex, HEAD_WORDS),
      exported: isExported(node),
    });
  }
}

function type(kind: string) {
  return (node: Node, outline: OutlineBuilder) => {
    const name = nameOf(node.childForFieldName('name'));
    if (name === '') return undefined;
    outline.declare(name);
    const body = node.childForFieldName('body') ?? node.childForFieldName('value');
    const doc = outline.docBefore(node.startIndex, HEAD_WORDS);
    return outline.openType(kind, name, node, body, doc, isExported(node));
  };
}

function isExported(node: Node): boolean {
  const outer = node.type === 'variable_declarator' ? node.parent : node;
  return outer?.parent?.type === 'export_statement';
}

/** Notes that the target of an assignment, a pattern included, gets a value. */
function changes(target: Node | null, outline: OutlineBuilder): undefined {
  const root = rootOf(
    target,
    (node) => node.childForFieldName('object') ?? (node.type === 'non_null_expression' ? node.namedChild(0) : null),
  );
  if (root === null || target === null) return undefined;
  if (root.type === 'identifier' || root.type === 'this') outline.assign(outline.text(root), root.id !== target.id);
  return undefined;
}

/** What is called, as written; of a chain of calls only its last name. */
function calleeOf(node: Node | null, outline: OutlineBuilder): string {
  if (node === null) return '';
  if (node.endIndex - node.startIndex <= 100) {
    const text = outline.text(node).replaceAll('?.', '.');
    if (/^[\w$.#]+$/.test(text)) return text;
  }
  const property = node.childForFieldName('property');
  return property === null ? '' : `.${outline.text(property, 100)}`;
}

/** `fs, { readFile as read }` → fs, readFile */
function importedNames(clause: string): readonly string[] {
  return clause.replace(/([\w$*]+) as [\w$]+/g, '$1').match(/[\w$*]+(?=\s*(?:[,}]|$))/g) ?? [];
}

function namesOfClause(text: string): readonly string[] {
  return text
    .replace(/^\{|\}$/g, '')
    .split(',')
    .flatMap((part) => /([\w$]+)\s*(?::[^:]*)?$/.exec(part.trim().replace(/^([\w$]+)\s*:.*$/, '$1'))?.[1] ?? [])
    .filter((name) => !['type', '…'].includes(name));
}

/** The name of an identifier, a private or a quoted one; nothing for a pattern or a computed name. */
function nameOf(node: Node | null): string {
  const text = node === null || node.endIndex - node.startIndex > 200 ? '' : node.text.replace(/^["']|["']$/g, '');
  return /^#?[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(text) ? text : '';
}

function stringOf(node: Node | null): string {
  return node === null ? '' : node.text.slice(0, 300).replace(/^["'`]|["'`]$/g, '');
}
