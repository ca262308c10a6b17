import type { Node, TreeCursor } from 'web-tree-sitter';
import { type DefinitionKind, factLimits, type ImportedName } from './code-facts.ts';
import type { FactReader, FactsBuilder } from './facts-builder.ts';

const functionTypes = new Set(['function_expression', 'generator_function', 'arrow_function', 'function']);

/** JavaScript and TypeScript. */
export const scriptFacts: FactReader = {
  function_declaration: withBody('function'),
  generator_function_declaration: withBody('function'),
  function_signature: withBody('function'),
  class_declaration: withBody('class'),
  abstract_class_declaration: withBody('class'),
  method_definition: withBody('method'),
  abstract_method_signature: withBody('method'),
  method_signature: withBody('method'),

  interface_declaration: withLines('type', factLimits.typeHeadLines),
  type_alias_declaration: withLines('type', factLimits.typeHeadLines),
  enum_declaration: withLines('type', factLimits.typeHeadLines),
  property_signature: withLines('field', factLimits.fieldHeadLines),
  public_field_definition: field,
  field_definition: field,
  required_parameter: (cursor, facts) => {
    const node = cursor.currentNode;
    // `constructor(private readonly store: Store)`
    if (!node.namedChildren.some((child) => child?.type === 'accessibility_modifier')) return undefined;
    const head = { name: node.childForFieldName('pattern'), node, headRow: node.endPosition.row };
    facts.defineParameterField({ kind: 'field', ...head });
    return undefined;
  },

  variable_declarator: (cursor, facts) => {
    const node = cursor.currentNode;
    const value = node.childForFieldName('value');
    const required = requiredPath(value);
    if (required !== null) return facts.addImport(node, required, boundNames(node.childForFieldName('name')));
    const name = node.childForFieldName('name');
    if (facts.isInFunction || name?.type !== 'identifier') return undefined;
    const statement = node.parent?.namedChildCount === 1 ? node.parent : node;
    return facts.define({ kind: 'value', name, node: statement, headRow: valueHead(node, value) });
  },

  arrow_function: (_, facts) => facts.openFunction(),
  function_expression: (_, facts) => facts.openFunction(),

  import_statement: (cursor, facts) => {
    const node = cursor.currentNode;
    const clause = node.namedChildren.find((child) => child?.type === 'import_clause');
    return facts.addImport(node, stringOf(node.childForFieldName('source')), clause ? clauseNames(clause) : []);
  },

  export_statement: (cursor, facts) => {
    const node = cursor.currentNode;
    const source = node.childForFieldName('source');
    const clause = node.namedChildren.find((child) => child?.type === 'export_clause');
    const names = clause ? specifierNames(clause) : [];
    if (source !== null) {
      return facts.addImport(node, stringOf(source), reexported(node, names));
    }
    for (const { imported, local } of names) if (imported !== local) facts.addExport(local, imported);
    if (node.children.some((child) => child?.type === 'default')) {
      const declared = node.childForFieldName('declaration')?.childForFieldName('name');
      const value = node.childForFieldName('value');
      facts.addExport('default', (declared ?? (value?.type === 'identifier' ? value : null))?.text ?? '');
    }
    return undefined;
  },

  this: (cursor, facts) => {
    facts.see(cursor.startIndex, cursor.endIndex);
    return undefined;
  },
  identifier: refer,
  type_identifier: refer,
  shorthand_property_identifier: refer,
  property_identifier: (cursor, facts) => {
    if (cursor.currentFieldName === 'property') facts.refer(cursor.startIndex, cursor.endIndex, true);
    return undefined;
  },
};

function refer(cursor: TreeCursor, facts: FactsBuilder): undefined {
  facts.refer(cursor.startIndex, cursor.endIndex);
  return undefined;
}

/** A definition whose signature ends where its body begins. */
function withBody(kind: DefinitionKind) {
  return (cursor: TreeCursor, facts: FactsBuilder) => {
    const node = cursor.currentNode;
    const headRow = node.childForFieldName('body')?.startPosition.row ?? node.endPosition.row;
    return facts.define({ kind, name: node.childForFieldName('name'), node, headRow });
  };
}

/** A definition that says what it is by its first lines. */
function withLines(kind: DefinitionKind, lines: number) {
  return (cursor: TreeCursor, facts: FactsBuilder) => {
    const node = cursor.currentNode;
    const headRow = node.startPosition.row + lines - 1;
    return facts.define({ kind, name: node.childForFieldName('name'), node, headRow });
  };
}

/** A field of a class; with a function as its value it is as good as a method. */
function field(cursor: TreeCursor, facts: FactsBuilder) {
  const node = cursor.currentNode;
  const name = node.childForFieldName('name') ?? node.childForFieldName('property');
  const value = node.childForFieldName('value');
  if (value === null || !functionTypes.has(value.type))
    return facts.define({ kind: 'field', name, node, headRow: node.startPosition.row + factLimits.fieldHeadLines - 1 });
  return facts.define({ kind: 'method', name, node, headRow: bodyRow(value) });
}

/** The row up to which a value's declaration says what it is. */
function valueHead(declarator: Node, value: Node | null): number {
  const made = functionOf(value);
  if (made !== null) return bodyRow(made);
  return Math.min(declarator.endPosition.row, declarator.startPosition.row + 2);
}

/** The function that a value is: itself, or what a call is given first, as in `memo((props) => …)`. */
function functionOf(value: Node | null): Node | null {
  const node = value?.type === 'call_expression' ? value.childForFieldName('arguments')?.namedChild(0) : value;
  return node != null && functionTypes.has(node.type) ? node : null;
}

function bodyRow(node: Node): number {
  return node.childForFieldName('body')?.startPosition.row ?? node.startPosition.row;
}

/** The path that a value is required from: `require('./split')`, also `await import('./split.js')`. */
function requiredPath(value: Node | null): string | null {
  const call = value?.type === 'await_expression' ? value.namedChild(0) : value;
  if (call?.type !== 'call_expression') return null;
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'import' && !(callee?.type === 'identifier' && callee.text === 'require')) return null;
  const argument = call.childForFieldName('arguments')?.namedChild(0) ?? null;
  return argument?.type === 'string' ? stringOf(argument) : null;
}

/** What a required module is bound to: one name, or names out of it. */
function boundNames(pattern: Node | null): readonly ImportedName[] {
  if (pattern?.type === 'identifier') return [{ imported: '*', local: pattern.text }];
  if (pattern?.type !== 'object_pattern') return [];
  return pattern.namedChildren.flatMap((child) => {
    if (child?.type === 'shorthand_property_identifier_pattern') return [{ imported: child.text, local: child.text }];
    const [key, value] = [child?.childForFieldName('key'), child?.childForFieldName('value')];
    return key && value?.type === 'identifier' ? [{ imported: key.text, local: value.text }] : [];
  });
}

function clauseNames(clause: Node): readonly ImportedName[] {
  return clause.namedChildren.flatMap((child) => {
    if (child?.type === 'identifier') return [{ imported: 'default', local: child.text }];
    if (child?.type === 'namespace_import') return [{ imported: '*', local: child.namedChild(0)?.text ?? '*' }];
    return child?.type === 'named_imports' ? specifierNames(child) : [];
  });
}

/** `{ a, b as c }` of an import or an export. */
function specifierNames(clause: Node): readonly ImportedName[] {
  return clause.namedChildren.flatMap((specifier) => {
    const name = specifier?.childForFieldName('name');
    if (!name) return [];
    return [{ imported: name.text, local: specifier?.childForFieldName('alias')?.text ?? name.text }];
  });
}

function reexported(statement: Node, names: readonly ImportedName[]): readonly ImportedName[] {
  if (names.length > 0) return names;
  const namespace = statement.namedChildren.find((child) => child?.type === 'namespace_export');
  return [{ imported: '*', local: namespace?.namedChild(0)?.text ?? '*' }];
}

function stringOf(node: Node | null): string {
  return node === null ? '' : node.text.slice(0, 300).replace(/^["'`]|["'`]$/g, '');
}
