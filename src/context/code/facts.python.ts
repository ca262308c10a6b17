import type { Node, TreeCursor } from 'web-tree-sitter';
import type { ImportedName } from './code-facts.ts';
import type { FactReader, FactsBuilder } from './facts-builder.ts';

export const pythonFacts: FactReader = {
  function_definition: (cursor, facts) => {
    const node = cursor.currentNode;
    const kind = facts.owner === 'class' ? 'method' : 'function';
    return facts.define({ kind, name: node.childForFieldName('name'), node, headRow: lastHeadRow(node) });
  },

  class_definition: (cursor, facts) => {
    const node = cursor.currentNode;
    return facts.define({ kind: 'class', name: node.childForFieldName('name'), node, headRow: lastHeadRow(node) });
  },

  assignment: (cursor, facts) => {
    const node = cursor.currentNode;
    const name = node.childForFieldName('left');
    const isInClass = facts.owner === 'class';
    if (facts.isInFunction || name?.type !== 'identifier') return undefined;
    if (!isInClass && node.parent?.parent?.type !== 'module') return undefined;
    const headRow = Math.min(node.endPosition.row, node.startPosition.row + 2);
    return facts.define({ kind: isInClass ? 'field' : 'value', name, node, headRow });
  },

  import_statement: (cursor, facts) => {
    const node = cursor.currentNode;
    const leaving = node.namedChildren.map((child) => {
      const name = child?.type === 'aliased_import' ? child.childForFieldName('name') : child;
      const from = name?.text ?? '';
      const local = child?.childForFieldName('alias')?.text ?? from.split('.', 1)[0] ?? '';
      return facts.addImport(node, from, [{ imported: '*', local }]);
    });
    return () => leaving.forEach((leave) => leave());
  },

  import_from_statement: (cursor, facts) => {
    const node = cursor.currentNode;
    const names = node.childrenForFieldName('name').flatMap(importedName);
    const hasAll = node.namedChildren.some((child) => child?.type === 'wildcard_import');
    const from = (node.childForFieldName('module_name')?.text ?? '').replace(/\s+/g, '');
    return facts.addImport(node, from, hasAll ? [{ imported: '*', local: '*' }] : names);
  },

  identifier: (cursor, facts) => {
    facts.refer(cursor.startIndex, cursor.endIndex, cursor.currentFieldName === 'attribute');
    return undefined;
  },

  lambda: (_: TreeCursor, facts: FactsBuilder) => facts.openFunction(),
};

/** The row before the body's first statement, or that of a body on the same line. */
function lastHeadRow(node: Node): number {
  const body = node.childForFieldName('body');
  return body === null ? node.startPosition.row : Math.max(node.startPosition.row, body.startPosition.row - 1);
}

function importedName(node: Node | null): readonly ImportedName[] {
  const name = node?.type === 'aliased_import' ? node.childForFieldName('name') : node;
  if (!name) return [];
  return [{ imported: name.text, local: node?.childForFieldName('alias')?.text ?? name.text }];
}
