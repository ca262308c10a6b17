import ts from 'typescript';
import { docstringOf, row, type Source } from './sources.ts';

/** What a caller can know of an error before it meets it. */
export interface ErrorEntry {
  readonly className: string;
  /** The module that raises it. */
  readonly module: string;
  readonly code: string;
  /** One kind, or all that an instance may have. */
  readonly kinds: readonly string[];
  /** The message with `{name}` where a value stands. */
  readonly message: string;
  readonly docstring: string;
}

interface ErrorClass {
  readonly path: string;
  readonly node: ts.ClassDeclaration;
  readonly parent: ErrorClass | null;
}

/** `docs/errors.md`: every error that can be raised on purpose. */
export function errorsPage(sources: readonly Source[]): string {
  const byModule = Map.groupBy(errorEntries(sources), (entry) => entry.module);
  const sections = [...byModule].map(([module, entries]) =>
    [
      `## ${module}`,
      '',
      row('Code', 'Kind', 'Message', 'What holds'),
      row('---', '---', '---', '---'),
      ...entries.map(({ code, kinds, message, docstring }) =>
        row(`\`${code}\``, kinds.join(' or '), message, docstring),
      ),
    ].join('\n'),
  );
  return `# Errors

Every error has a code that never changes, a kind that the doors turn into their own status, and a message that names the
culprit, the value and the cure; \`{name}\` stands for a value. Made by \`npm run docs:errors\` from the classes in \`src\`.

${sections.join('\n\n')}

## Codes of failed tasks

TASK_FAILED and MODEL_CALL_FAILED carry the code of the error that was raised, or one of these:

${[row('Code', 'Reason'), row('---', '---'), ...failureCodes(sources).map(([code, reason]) => row(`\`${code}\``, reason))].join('\n')}
`;
}

/** Codes that the workflows give without raising an error, with the reason that stands beside each, in order of code. */
export function failureCodes(sources: readonly Source[]): readonly (readonly [code: string, reason: string])[] {
  const found = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    const named = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node);
    if (named && node.name.getText() === 'code' && node.initializer) {
      for (const code of literalsIn(node.initializer)) found.set(code, reasonBeside(node));
    }
    ts.forEachChild(node, visit);
  };
  for (const { path, file } of sources) if (/^src\/(orchestrator|tasks)\//.test(path)) visit(file);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The reason in the same object, or the one declared next to the code. */
function reasonBeside(node: ts.PropertyAssignment | ts.VariableDeclaration): string {
  const block = ts.findAncestor(node, ts.isBlock);
  const declared = block?.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(({ name }) => name.getText() === 'reason')?.initializer;
  const members = ts.isObjectLiteralExpression(node.parent) ? node.parent.properties : [];
  for (const member of members) {
    if (ts.isPropertyAssignment(member) && member.name.getText() === 'reason') return shapeOf(member.initializer, []);
  }
  return declared ? shapeOf(declared, []) : '';
}

/** Every class that can be thrown and descends from AppError, in order of module and code. */
export function errorEntries(sources: readonly Source[]): readonly ErrorEntry[] {
  return errorClasses(sources)
    .filter(({ node }) => !node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AbstractKeyword))
    .map((each) => {
      const className = each.node.name?.text ?? '';
      const code = stringsOf(each, 'code');
      if (code.length !== 1 || code[0] === undefined) throw new Error(`${className} needs exactly one literal code.`);
      return {
        className,
        module: each.path.split('/')[1] ?? '',
        code: code[0],
        kinds: stringsOf(each, 'kind'),
        message: messageShape(each),
        docstring: docstringOf(each.node),
      };
    })
    .sort((a, b) => (`${a.module} ${a.code}` < `${b.module} ${b.code}` ? -1 : 1));
}

function errorClasses(sources: readonly Source[]): readonly ErrorClass[] {
  const classes = sources.flatMap(({ path, file }) => classesIn(file).map((node) => ({ path, node })));
  const known = new Map<string, ErrorClass>();
  const parentOf = (node: ts.ClassDeclaration) => node.heritageClauses?.[0]?.types[0]?.expression.getText();
  // A child may stand before its parent: go round until nothing new is found.
  for (let size = -1; size < known.size;) {
    size = known.size;
    for (const { path, node } of classes) {
      const parent = parentOf(node) ?? '';
      const name = node.name?.text ?? '';
      if (known.has(name) || !(parent === 'AppError' || known.has(parent))) continue;
      known.set(name, { path, node, parent: known.get(parent) ?? null });
    }
  }
  return [...known.values()];
}

function classesIn(node: ts.Node): readonly ts.ClassDeclaration[] {
  const found: ts.ClassDeclaration[] = ts.isClassDeclaration(node) ? [node] : [];
  ts.forEachChild(node, (child) => void found.push(...classesIn(child)));
  return found;
}

/** The string literals that a property may hold: where it is declared, or where the constructor sets it. */
function stringsOf(each: ErrorClass, property: string): readonly string[] {
  const declared = each.node.members.find(
    (member): member is ts.PropertyDeclaration =>
      ts.isPropertyDeclaration(member) && member.name.getText() === property,
  );
  if (!declared) return each.parent ? stringsOf(each.parent, property) : [];
  if (declared.initializer) return literalsIn(declared.initializer);
  return assignments(constructorOf(each), property).flatMap(literalsIn);
}

function assignments(node: ts.Node | undefined, property: string): readonly ts.Expression[] {
  if (!node) return [];
  const found: ts.Expression[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isBinaryExpression(child) && child.left.getText() === `this.${property}`) found.push(child.right);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

/** The literals an expression may come to; of a condition only its two outcomes. */
function literalsIn(expression: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(expression)) return [expression.text];
  if (ts.isConditionalExpression(expression)) {
    return [...literalsIn(expression.whenTrue), ...literalsIn(expression.whenFalse)];
  }
  return [];
}

function constructorOf({ node }: ErrorClass): ts.ConstructorDeclaration | undefined {
  return node.members.find(ts.isConstructorDeclaration);
}

function superArguments(each: ErrorClass): readonly ts.Expression[] {
  for (const statement of constructorOf(each)?.body?.statements ?? []) {
    if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) continue;
    if (statement.expression.expression.kind === ts.SyntaxKind.SuperKeyword) return statement.expression.arguments;
  }
  return [];
}

/** The message as the constructor puts it together; of a class without its own, the nearest ancestor's. */
function messageShape(each: ErrorClass): string {
  if (!constructorOf(each)) return each.parent ? messageShape(each.parent) : '';
  const maker = ancestorWithConstructor(each);
  const parameters = constructorOf(each)?.parameters ?? [];
  if (!maker) return shapeOf(superArguments(each)[0], parameters);
  const handedOn = superArguments(maker)[0]?.getText();
  const index = constructorOf(maker)?.parameters.findIndex((parameter) => parameter.name.getText() === handedOn) ?? -1;
  const own = superArguments(each)[index];
  return own ? shapeOf(own, parameters) : messageShape(maker);
}

function ancestorWithConstructor(each: ErrorClass): ErrorClass | null {
  for (let ancestor = each.parent; ancestor; ancestor = ancestor.parent) if (constructorOf(ancestor)) return ancestor;
  return null;
}

function shapeOf(expression: ts.Expression | undefined, parameters: readonly ts.ParameterDeclaration[]): string {
  if (!expression) return '';
  if (ts.isStringLiteralLike(expression)) return expression.text;
  if (ts.isParenthesizedExpression(expression)) return shapeOf(expression.expression, parameters);
  if (ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return shapeOf(expression.left, parameters) + shapeOf(expression.right, parameters);
  }
  if (ts.isConditionalExpression(expression)) {
    const outcomes = [expression.whenTrue, expression.whenFalse].map((each) => shapeOf(each, parameters));
    return outcomes.filter((text) => text.trim() !== '').join(' / ');
  }
  if (ts.isTemplateExpression(expression)) {
    const spans = expression.templateSpans.map((span) => value(span.expression, parameters) + span.literal.text);
    return expression.head.text + spans.join('');
  }
  const initializer = parameters.find((parameter) => parameter.name.getText() === expression.getText())?.initializer;
  return initializer ? shapeOf(initializer, []) : value(expression, []);
}

/** A value inside a message: `{name}`, by the first name that the expression looks at. */
function value(expression: ts.Expression, parameters: readonly ts.ParameterDeclaration[]): string {
  if (ts.isConditionalExpression(expression)) {
    const text = shapeOf(expression, parameters);
    return text.includes(' / ') ? `(${text})` : text;
  }
  if (ts.isCallExpression(expression)) {
    const [first] = expression.arguments;
    const called = expression.expression.getText();
    if (called === 'JSON.stringify' && first) return `"${value(first, parameters)}"`;
    if (called === 'messageOf' && first) return value(first, parameters);
    return value(expression.expression, parameters);
  }
  if (ts.isElementAccessExpression(expression)) return value(expression.argumentExpression, parameters);
  if (ts.isPropertyAccessExpression(expression)) {
    const owner = expression.expression;
    const isData = ts.isIdentifier(owner) && !ts.isCallExpression(expression.parent);
    return isData ? `{${expression.name.text}}` : value(owner, parameters);
  }
  if (ts.isBinaryExpression(expression)) return value(expression.left, parameters);
  return `{${expression.getText()}}`;
}
