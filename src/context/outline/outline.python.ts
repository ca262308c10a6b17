import type { Node } from 'web-tree-sitter';
import { commentWords } from './comments.ts';
import { type LanguageReader, type OutlineBuilder, rootOf } from './outline-builder.ts';

/** Between a comment and what it is about: decorators of one line. */
const DECORATORS = /^\s*(?:@[^\n]{0,200}\n\s*)*(?:async\s+)?$/;

export const pythonReader: LanguageReader = {
  comment: (node, outline) => {
    outline.addComment(node);
    return undefined;
  },

  module: (node, outline) => {
    outline.setDoc(docstringOf(node));
    return undefined;
  },

  import_statement: (node, outline) => {
    for (const name of node.namedChildren) {
      const module = name?.type === 'aliased_import' ? name.childForFieldName('name') : name;
      outline.addImport(outline.text(module ?? null));
      outline.declare(outline.text(name));
    }
    return undefined;
  },

  import_from_statement: (node, outline) => {
    const module = node.childForFieldName('module_name');
    const names = node.childrenForFieldName('name').map((name) => outline.text(name).replace(/\s+as\s.*$/, ''));
    outline.addImport(outline.text(module), names);
    for (const name of node.childrenForFieldName('name')) outline.declare(outline.text(name));
    return undefined;
  },

  future_import_statement: () => undefined,

  function_definition: (node, outline) => {
    const name = outline.text(node.childForFieldName('name'));
    const body = node.childForFieldName('body');
    if (name === '') return undefined;
    if (!outline.isInType) outline.declare(name);
    return outline.openFunction({
      node,
      name,
      parameters: node.childForFieldName('parameters'),
      returns: node.childForFieldName('return_type'),
      body,
      doc: docstringOf(body) ?? outline.docBefore(node.startIndex, DECORATORS),
      exported: isPublic(name, outline),
    });
  },

  class_definition: (node, outline) => {
    const name = outline.text(node.childForFieldName('name'));
    const body = node.childForFieldName('body');
    if (name === '') return undefined;
    outline.declare(name);
    const doc = docstringOf(body) ?? outline.docBefore(node.startIndex, DECORATORS);
    return outline.openType('class', name, node, body, doc, isPublic(name, outline));
  },

  assignment: (node, outline) => changes(node.childForFieldName('left'), outline),
  augmented_assignment: (node, outline) => changes(node.childForFieldName('left'), outline),
  named_expression: (node, outline) => changes(node.childForFieldName('name'), outline),

  for_statement: (node, outline) => changes(node.childForFieldName('left'), outline),
  for_in_clause: (node, outline) => changes(node.childForFieldName('left'), outline),
  as_pattern_target: (node, outline) => {
    outline.declare(outline.text(node));
    return undefined;
  },

  global_statement: (node, outline) => {
    for (const name of node.namedChildren) outline.declareGlobal(outline.text(name));
    return undefined;
  },

  delete_statement: (node, outline) => {
    for (const target of node.namedChildren) if (target?.type !== 'identifier') changes(target, outline);
    return undefined;
  },

  call: (node, outline) => {
    const callee = node.childForFieldName('function');
    if (callee !== null) outline.addCall(calleeOf(callee, outline));
    return undefined;
  },

  attribute: (node, outline) => {
    if (node.endIndex - node.startIndex === 10 && node.text === 'os.environ')
      outline.addEffect('reads the environment');
    return undefined;
  },

  raise_statement: (node, outline) => {
    const raised = node.namedChild(0);
    if (raised !== null) outline.addThrow(outline.text(raised.childForFieldName('function') ?? raised, 60));
    return undefined;
  },

  return_statement: (node, outline) => {
    if (node.namedChildCount > 0) outline.addValue();
    return undefined;
  },
};

function isPublic(name: string, outline: OutlineBuilder): boolean {
  return !name.startsWith('_') && !outline.isInType && !outline.isInFunction;
}

/** The string that a module, class or function begins with. */
function docstringOf(block: Node | null): string | null {
  let first = block?.namedChild(0) ?? null;
  for (let skipped = 1; first?.type === 'comment' && skipped < 50; skipped++)
    first = block?.namedChild(skipped) ?? null;
  const string = first?.type === 'expression_statement' ? first.namedChild(0) : first;
  return string?.type === 'string' ? commentWords(string.text.slice(0, 4000)) : null;
}

/** Notes what an assignment gives a value. A plain name is a local one, unless the function says otherwise. */
function changes(target: Node | null, outline: OutlineBuilder): undefined {
  const root = rootOf(target, (node) => node.childForFieldName('object') ?? node.childForFieldName('value'));
  if (root === null || target === null) return undefined;
  const isMember = root.id !== target.id;
  if (!isMember) outline.declare(outline.text(root, 1000));
  if (root.type === 'identifier') outline.assign(outline.text(root), isMember);
  return undefined;
}

function calleeOf(node: Node, outline: OutlineBuilder): string {
  const text = node.endIndex - node.startIndex <= 100 ? outline.text(node) : '';
  if (/^[\w.]+$/.test(text)) return text;
  const attribute = node.childForFieldName('attribute');
  return attribute === null ? '' : `.${outline.text(attribute, 100)}`;
}
