import { describe, expect, it } from '@jest/globals';
import { CodeIndex } from './code-index.ts';
import type { ImportRules } from './resolve-import.ts';

/** Who uses whom, as `file → file#name`, own uses left out. */
async function usesIn(files: Readonly<Record<string, string>>, rules: ImportRules = {}): Promise<readonly string[]> {
  const code = await new CodeIndex().link(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    rules,
  );
  const uses = code.files.flatMap(({ path, links }, file) =>
    links.flatMap(({ symbol }) => {
      const used = code.symbols[symbol];
      return used === undefined || used.file === file
        ? []
        : [`${path} → ${code.files[used.file]?.path}#${used.definition.name}`];
    }),
  );
  return [...new Set(uses)].sort();
}

describe('links between files (CX-9)', () => {
  it('finds what a script imports: by .js for .ts, by index, through re-exports and default exports', async () => {
    const uses = await usesIn({
      'src/main.ts': "import go, { find, all as every } from './lib/index.js';\ngo(find, every);\n",
      'src/lib/index.ts':
        "export * from './find.js';\nexport { list as all } from './list';\nexport { default } from './go';\n",
      'src/lib/find.ts': 'export function find() {}\n',
      'src/lib/list/index.ts': 'export const list = [];\n',
      'src/lib/go.ts': 'export default function start() {}\n',
    });
    expect(uses).toEqual([
      'src/main.ts → src/lib/find.ts#find',
      'src/main.ts → src/lib/go.ts#start',
      'src/main.ts → src/lib/list/index.ts#list',
    ]);
  });

  it('follows aliases and namespaces, and leaves out what comes from packages', async () => {
    const uses = await usesIn(
      {
        'app/a.ts': "import * as log from '@app/log';\nimport { info } from 'log';\nlog.write(info);\n",
        'app/shared/log.ts': 'export function write() {}\nexport function info() {}\n',
      },
      { aliases: [['@app/', 'app/shared/']] },
    );
    expect(uses).toEqual(['app/a.ts → app/shared/log.ts#write']);
  });

  it('finds what Python imports: modules, packages, relative and starred names', async () => {
    const uses = await usesIn(
      {
        'src/shop/cart.py':
          'from . import prices\nfrom .models import Item\nfrom shop.tools import *\nprices.total(Item, clean)\n',
        'src/shop/prices.py': 'def total(item): pass\n',
        'src/shop/models/__init__.py': 'from .item import Item\n',
        'src/shop/models/item.py': 'class Item: pass\n',
        'src/shop/tools.py': 'def clean(): pass\n',
      },
      { pythonRoots: ['src/'] },
    );
    expect(uses).toEqual([
      'src/shop/cart.py → src/shop/models/item.py#Item',
      'src/shop/cart.py → src/shop/prices.py#total',
      'src/shop/cart.py → src/shop/tools.py#clean',
    ]);
  });

  it('takes a member that only one type has for that one, and one of its own type for its own', async () => {
    const uses = await usesIn({
      'a.ts': 'class A { open() { this.open(); } }\nexport const use = (door: Door) => door.unlock();\n',
      'b.ts': 'export class Door { open() {} unlock() {} }\n',
    });
    expect(uses).toEqual(['a.ts → b.ts#unlock']);
  });

  it('ends where files re-export each other in circles, many times over', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `f${index}`);
    const stars = names.map((name) => `export * from './${name}';`).join('\n');
    const files = Object.fromEntries(names.map((name) => [`${name}.ts`, `${stars}\nmissing(thing);\n`]));
    const uses = await usesIn({ ...files, 'f59.ts': `${stars}\nexport const thing = 1;\n` });
    expect(uses).toContain('f0.ts → f59.ts#thing');
  });
});
