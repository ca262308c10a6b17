import ts from 'typescript';
import { docstringOf, row, type Source } from './sources.ts';

type Shape = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

interface EventEntry {
  readonly type: string;
  readonly path: string;
  readonly node: ts.PropertySignature;
}

/** `docs/events.md`: every event type with its payload, and the shapes that the payloads are made of. */
export function eventsPage(sources: readonly Source[]): string {
  const shapes = shapesIn(sources);
  const entries = eventEntries(sources);
  const used = new Set<string>();
  const events = entries.map(({ type, path, node }) =>
    [`### ${type}`, '', intro(docstringOf(node), `\`${path}\``), '', ...payload(node.type, shapes, used)].join('\n'),
  );
  const described: string[] = [];
  // Iterating a Set also visits what is added on the way: shapes that shapes are made of.
  for (const name of used) {
    const shape = shapes.get(name);
    if (shape) described.push(section(name, shape, shapes, used));
  }
  return `# Events

Every event type with the payload in its \`data\`; the envelope around it (ids, sequences, clock) is StoredEvent in
\`src/events/event.ts\`. Made by \`npm run docs:events\` from the EventPayloads declarations in \`src\`.

## Types

${events.join('\n\n')}

## Shapes

${described.sort().join('\n\n')}
`;
}

/** Every declared event type, in order of file and declaration. */
export function eventEntries(sources: readonly Source[]): readonly EventEntry[] {
  return sources.flatMap(({ path, file }) =>
    interfacesIn(file)
      .filter((each) => each.name.text === 'EventPayloads')
      .flatMap((each) => each.members.filter(ts.isPropertySignature))
      .map((node) => ({ type: node.name.getText(), path, node })),
  );
}

function interfacesIn(node: ts.Node): readonly ts.InterfaceDeclaration[] {
  const found: ts.InterfaceDeclaration[] = ts.isInterfaceDeclaration(node) ? [node] : [];
  ts.forEachChild(node, (child) => void found.push(...interfacesIn(child)));
  return found;
}

function shapesIn(sources: readonly Source[]): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const { file } of sources) {
    for (const statement of file.statements) {
      const isShape = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
      if (isShape && statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) {
        shapes.set(statement.name.text, statement);
      }
    }
  }
  return shapes;
}

function section(name: string, shape: Shape, shapes: ReadonlyMap<string, Shape>, used: Set<string>): string {
  const head = [`### ${name}`, ''];
  const docstring = docstringOf(shape);
  if (docstring) head.push(docstring, '');
  if (ts.isInterfaceDeclaration(shape)) return [...head, ...table(shape.members, shapes, used)].join('\n');
  return [...head, ...payload(shape.type, shapes, used)].join('\n');
}

/** Fields as a table where the type has fields, else the type as it is written. */
function payload(
  type: ts.TypeNode | undefined,
  shapes: ReadonlyMap<string, Shape>,
  used: Set<string>,
): readonly string[] {
  if (!type) return [];
  const fields = fieldsOf(type, shapes);
  return fields ? table(fields, shapes, used) : [`\`${textOf(type, shapes, used)}\``];
}

function fieldsOf(type: ts.TypeNode, shapes: ReadonlyMap<string, Shape>): readonly ts.TypeElement[] | null {
  if (ts.isTypeLiteralNode(type)) return type.members;
  if (ts.isIntersectionTypeNode(type)) {
    const parts = type.types.map((part) => fieldsOf(part, shapes));
    return parts.every((part) => part !== null) ? parts.flat() : null;
  }
  if (!ts.isTypeReferenceNode(type)) return null;
  const shape = shapes.get(type.typeName.getText());
  return shape && ts.isInterfaceDeclaration(shape) ? shape.members : null;
}

function table(
  members: readonly ts.TypeElement[],
  shapes: ReadonlyMap<string, Shape>,
  used: Set<string>,
): readonly string[] {
  const rows = members.filter(ts.isPropertySignature).map((member) => {
    const name = `\`${member.name.getText()}\`${member.questionToken ? ' (optional)' : ''}`;
    return row(name, `\`${member.type ? textOf(member.type, shapes, used) : 'unknown'}\``, docstringOf(member));
  });
  return [row('Field', 'Type', 'Meaning'), row('---', '---', '---'), ...rows];
}

/** A type as it is written, on one line and without `readonly`; remembers the shapes that it names. */
function textOf(type: ts.TypeNode, shapes: ReadonlyMap<string, Shape>, used: Set<string>): string {
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) && shapes.has(node.typeName.getText())) used.add(node.typeName.getText());
    ts.forEachChild(node, visit);
  };
  visit(type);
  return type
    .getText()
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/\breadonly\s+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function intro(docstring: string, origin: string): string {
  return docstring ? `${docstring} (${origin})` : `(${origin})`;
}
