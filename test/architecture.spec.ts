import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { buildHouse, projectRoot, violationsIn } from './support/dependency-cruiser.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const MAX_LINES = 300;
const src = join(projectRoot, 'src');
const modules = readdirSync(src, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** A house in which everything is where it belongs. */
const sound = {
  'src/kernel/errors.ts': `export const error = 1;`,
  'src/storage/database.ts': `export const database = 1;`,
  'src/storage/index.ts': `export { database } from './database.ts';`,
  'src/events/event.ts': `import { error } from '../kernel/errors.ts'; export type Fact = typeof error; export const fact = 1;`,
  'src/events/store.ts': `import { database } from '../storage/index.ts'; import { fact } from './event.ts'; export const store = [database, fact];`,
  'src/events/store.spec.ts': `import { Test } from '@nestjs/testing'; import fc from 'fast-check'; import { store } from './index.ts'; export const t = [Test, fc, store];`,
  'src/events/events.module.ts': `import { Module } from '@nestjs/common'; export const EventsModule = Module;`,
  'src/events/index.ts': `export { store } from './store.ts'; export { EventsModule } from './events.module.ts';`,
  'src/llm/index.ts': `export const llm = 1;`,
  'src/tasks/task.ts': `import { store } from '../events/index.ts'; import { llm } from '../llm/index.ts'; export const task = [store, llm];`,
  'src/tasks/index.ts': `export { task } from './task.ts';`,
  'src/main.ts': `import { task } from './tasks/index.ts'; import { store } from './events/index.ts'; export const main = [task, store];`,
};

/** One planted file for each way to break the rules, with the rule that must say so. */
const planted: readonly {
  readonly what: string;
  readonly path: string;
  readonly code: string;
  readonly rule: string;
}[] = [
  {
    what: 'a sideways import',
    path: 'src/events/sideways.ts',
    code: `export { llm } from '../llm/index.ts';`,
    rule: 'floor-of-events',
  },
  {
    what: 'a sideways import of a type alone',
    path: 'src/llm/types.ts',
    code: `import type { store } from '../events/index.ts'; export type T = typeof store;`,
    rule: 'floor-of-llm',
  },
  {
    what: 'a dynamic sideways import',
    path: 'src/llm/lazy.ts',
    code: `export const lazy = () => import('../events/index.ts');`,
    rule: 'floor-of-llm',
  },
  {
    what: 'an upward import',
    path: 'src/storage/upward.ts',
    code: `export { task } from '../tasks/index.ts';`,
    rule: 'floor-of-storage',
  },
  {
    what: 'an import of the kernel from above',
    path: 'src/kernel/upward.ts',
    code: `export { llm } from '../llm/index.ts';`,
    rule: 'floor-of-kernel',
  },
  {
    what: 'an import of the roof',
    path: 'src/tasks/roof.ts',
    code: `export { main } from '../main.ts';`,
    rule: 'floor-of-tasks',
  },
  {
    what: 'a deep import past index.ts',
    path: 'src/tasks/deep.ts',
    code: `export { fact } from '../events/event.ts';`,
    rule: 'floor-of-tasks',
  },
  {
    what: 'a deep import by the roof',
    path: 'src/server.ts',
    code: `export { fact } from './events/event.ts';`,
    rule: 'roof-sees-index-only',
  },
  {
    what: 'an import of the own index',
    path: 'src/tasks/own.ts',
    code: `export { task } from './index.ts';`,
    rule: 'not-through-own-index',
  },
  {
    what: 'an import of the own index from a folder below',
    path: 'src/llm/sub/own.ts',
    code: `export { llm } from '../index.ts';`,
    rule: 'not-through-own-index',
  },
  {
    what: 'Nest in a file without a Nest suffix',
    path: 'src/tasks/nest.ts',
    code: `export { Module } from '@nestjs/common';`,
    rule: 'nest-only-in-nest-files',
  },
  {
    what: 'a cycle',
    path: 'src/events/one.ts',
    code: `import { two } from './two.ts'; export const one = () => two;`,
    rule: 'no-circular',
  },
  {
    what: 'a development package in the product',
    path: 'src/tasks/dev.ts',
    code: `export { default } from 'fast-check';`,
    rule: 'no-dev-dependencies-in-src',
  },
  {
    what: 'an import of nothing',
    path: 'src/tasks/nothing.ts',
    code: `export { gone } from './gone.ts';`,
    rule: 'not-to-unresolvable',
  },
];

describe('the house', () => {
  it('keeps its import rules', async () => {
    expect(await violationsIn(projectRoot)).toEqual([]);
  });

  it('has its import rules checked: a sound one passes, and each planted break is found by its rule', async () => {
    using directory = temporaryDirectory();
    const plants = Object.fromEntries(planted.map(({ path, code }) => [path, code]));
    plants['src/events/two.ts'] = `import { one } from './one.ts'; export const two = () => one;`;
    buildHouse(directory.path, { ...sound, ...plants });
    const found = new Set((await violationsIn(directory.path)).map(({ rule, from }) => `${from}: ${rule}`));
    for (const { what, path, rule } of planted) {
      expect({ what, found: found.has(`${path}: ${rule}`) }).toEqual({ what, found: true });
    }
    expect([...found].filter((line) => Object.keys(sound).some((path) => line.startsWith(`${path}:`)))).toEqual([]);
  });

  it('has every module of src on a floor', () => {
    const rules = readFileSync(join(projectRoot, '.dependency-cruiser.cjs'), 'utf8');
    const onFloors = [.../const floors = \[([\s\S]*?)\];/.exec(rules)![1]!.matchAll(/'(\w+)'/g)].map(
      ([, name]) => name,
    );
    expect(modules.filter((name) => !onFloors.includes(name))).toEqual([]);
  });

  it('has every module of src on its floor in ARCHITECTURE.md', () => {
    const rows = readFileSync(join(projectRoot, 'ARCHITECTURE.md'), 'utf8').match(/^\| \d .*\|$/gm) ?? [];
    const named = rows.flatMap((line) => line.split('|')[2]?.match(/\b[a-z]+\b/g) ?? []);
    expect(modules.filter((name) => !named.includes(name))).toEqual([]);
  });

  it('shows each module by an index.ts with named exports only; the kernel is open', () => {
    for (const name of modules.filter((module) => module !== 'kernel')) {
      const index = join(src, name, 'index.ts');
      expect({ name, index: existsSync(index) }).toEqual({ name, index: true });
      expect({ name, other: otherThanNamedExports(readFileSync(index, 'utf8')) }).toEqual({ name, other: [] });
    }
    const good = `import './a.events.ts'; export { a } from './a.ts'; export type { B } from './b.ts';`;
    expect(otherThanNamedExports(good)).toEqual([]);
    for (const code of [
      `export * from './a.ts';`,
      `export * as a from './a.ts';`,
      `export default 1;`,
      `export const a = 1;`,
    ]) {
      expect(otherThanNamedExports(code)).toEqual([code]);
    }
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    // The client that is generated from the OpenAPI document is written and read by nobody.
    const written = sourceFiles(src).filter((path) => !path.startsWith(join(src, 'client/generated')));
    const long = written.flatMap((path) => {
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '').length;
      return lines > MAX_LINES ? [`${path}: ${lines}`] : [];
    });
    expect(long).toEqual([]);
  });
});

/** The statements of an index that are neither a named re-export nor an import of its own that only declares. */
function otherThanNamedExports(code: string): readonly string[] {
  const file = ts.createSourceFile('index.ts', code, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter((each) => !(ts.isExportDeclaration(each) && each.exportClause && ts.isNamedExports(each.exportClause)))
    .filter(
      (each) =>
        !(ts.isImportDeclaration(each) && !each.importClause && /^'\.\/\w/.test(each.moduleSpecifier.getText())),
    )
    .map((each) => each.getText(file));
}

function sourceFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(directory, path));
}
