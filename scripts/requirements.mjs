// Prints which requirement is proven by which test, and which by none: a test names the ids that it proves in square
// brackets at the end of its title, `it('… [EV-22]', …)`. An id that is no requirement fails the run.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const known = knownIds(JSON.parse(readFileSync(join(root, 'scripts/requirements.json'), 'utf8')));
const proofs = new Map([...known].map((id) => [id, []]));
const unknown = [];

for (const file of [...specFiles(join(root, 'src')), ...specFiles(join(root, 'test'))]) {
  for (const { title, ids } of titlesWithIds(file, readFileSync(file, 'utf8'))) {
    for (const id of ids) {
      const proof = `${relative(root, file)}: ${title}`;
      if (proofs.has(id)) proofs.get(id).push(proof);
      else unknown.push(`${id} in ${proof}`);
    }
  }
}

for (const [id, tests] of proofs) {
  console.log(`${id.padEnd(7)} ${tests.length === 0 ? '-' : tests.join(`\n${' '.repeat(8)}`)}`);
}
const proven = [...proofs.values()].filter((tests) => tests.length > 0).length;
console.log(`\n${proven} of ${known.size} requirements are named by a test.`);
if (unknown.length > 0) {
  console.error(`No such requirement: ${unknown.join('; ')}`);
  process.exitCode = 1;
}

function knownIds(areas) {
  const ids = new Set();
  for (const [area, ranges] of Object.entries(areas)) {
    const prefix = area.split(' ')[0];
    for (const range of ranges.split(' ')) {
      const [first, last = first] = range.split('-').map(Number);
      for (let number = first; number <= last; number++) ids.add(`${prefix}-${number}`);
    }
  }
  return ids;
}

/** The titles of all tests that are not skipped on purpose, whatever they are called by: it, it.each(…), itOnLinux … */
function titlesWithIds(path, source) {
  const found = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.arguments[0] && !/\b(skip|todo)$/.test(node.expression.getText())) {
      const [, title, ids] = /^(.*?)\s*\[([A-Z]+-\d+(?:,\s*[A-Z]+-\d+)*)\]$/s.exec(text(node.arguments[0])) ?? [];
      if (ids) found.push({ title, ids: ids.split(/,\s*/) });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return found;
}

function text(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText().slice(1, -1) : '';
}

function specFiles(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return specFiles(path);
    return /\.(spec|contract)\.ts$/.test(entry.name) ? [path] : [];
  });
}
