import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { referenceTime } from '../../../test/support/processor-time.ts';
import { chooseCode, type CodeRequest } from './choose-code.ts';
import { CodeIndex } from './code-index.ts';
import { renderItem } from './excerpts.ts';

const countTokens = (text: string) => Math.ceil(text.length / 3);

const shop: Readonly<Record<string, string>> = {
  'src/cart.ts':
    "import { priceOf } from './price.js';\nexport function total(items: Item[]) {\n  return priceOf(items);\n}\n",
  'src/price.ts':
    "import type { Money } from './money.js';\n/** Adds. */\nexport function priceOf(items: Item[]): Money {\n  const sum = 0;\n  for (const item of items) add(sum, item);\n  round(sum);\n  check(sum);\n  log(sum);\n  return sum;\n}\n",
  'src/money.ts': 'export interface Money {\n  readonly amount: number;\n}\n',
  'src/checkout.ts':
    "import { total } from './cart.js';\nexport function pay(cart: Cart) {\n  charge(total(cart.items));\n}\n",
  'test/cart.spec.ts':
    "import { total } from '../src/cart.js';\ntest('adds the prices of all items', () => total([]));\n",
  'src/weather.ts': 'export function forecast(): string {\n  return "rain";\n}\n',
};

function request(changed: Partial<CodeRequest> = {}): CodeRequest {
  const files = Object.entries(shop).map(([path, text]) => ({ path, text }));
  return { files, current: 'src/cart.ts', budgetTokens: 400, countTokens, ...changed };
}

const choose = (changed: Partial<CodeRequest> = {}) => chooseCode(new CodeIndex(), request(changed));

const repository = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.array(fc.constantFrom('a', 'b', 'c', 'd')), fc.nat(40)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) =>
    Object.fromEntries(
      parts.map(([name, uses, length]) => [
        `${name}.ts`,
        [
          ...uses.map((used) => `import { ${used} } from './${used}';`),
          `export function ${name}(x: Some) {`,
          ...Array.from({ length }, (_, line) => `  ${uses.map((used) => `${used}(${line})`).join(' + ')};`),
          '}',
        ].join('\n'),
      ]),
    ),
  );

describe('the code that a model must see (CX-9, CX-13)', () => {
  it('shows what the file refers to and its callers as critical, and never the file itself', async () => {
    const items = await choose();
    const byPath = new Map(items.map((item) => [item.path, item]));
    expect(byPath.get('src/price.ts')).toMatchObject({ level: 'CRITICAL' });
    expect(byPath.get('src/price.ts')?.text).toContain('export function priceOf(items: Item[]): Money {');
    expect(byPath.get('src/checkout.ts')).toMatchObject({ level: 'CRITICAL' });
    expect(byPath.get('src/checkout.ts')?.text).toContain('total');
    expect(byPath.has('src/cart.ts')).toBe(false);
  });

  it('shows what signatures name, and the test of the file', async () => {
    const text = (await choose()).map(renderItem).join('');
    expect(text).toContain('export interface Money {');
    expect(text).toContain('test/cart.spec.ts');
  });

  it('orders by need', async () => {
    const rank = { CRITICAL: 0, HIGH: 1, MEDIUM: 2, LOW: 3 };
    const ranks = (await choose()).map(({ level }) => rank[level]);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });

  /** Files without any relation. */
  const strangers = Array.from({ length: 60 }, (_, n) => ({ path: `lib/w${n}.ts`, text: `export class W${n} {}\n` }));
  const placeOf = async (path: string, changed: Partial<CodeRequest>) =>
    (await choose({ files: strangers, current: 'lib/w0.ts', budgetTokens: 200, ...changed })).findIndex(
      (item) => item.path === path,
    );

  it('finds what the task names', async () => {
    expect(await placeOf('lib/w57.ts', {})).toBe(-1);
    expect(await placeOf('lib/w57.ts', { task: 'Let W57 have a colour' })).toBeGreaterThanOrEqual(0);
  });

  it('takes a name that many have for less than one of its own', async () => {
    const long = 'export class W57 implements Drawn, Painted, Washed, Dried, Folded, Kept, Sold {}\n';
    const files = strangers.map(({ path, text }) => ({
      path,
      text: `${path === 'lib/w57.ts' ? long : text}export const colour = '';\n`,
    }));
    expect((await choose({ files, current: 'lib/w0.ts' })).length).toBeGreaterThan(10);
    expect(await placeOf('lib/w57.ts', { files, task: 'Let W57 have a colour' })).toBeGreaterThanOrEqual(0);
  });

  it('prefers what was changed together with the file', async () => {
    const changes = [1, 2, 3].map((time) => ({ time, paths: ['lib/w0.ts', 'lib/w57.ts'] }));
    expect(await placeOf('lib/w57.ts', { changes })).toBeGreaterThanOrEqual(0);
  });

  it('has nothing of files that are shown whole anyway, and what they took for others', async () => {
    const budgetTokens = 60;
    const paths = (await choose({ budgetTokens })).map(({ path }) => path);
    const others = (await choose({ budgetTokens, shown: paths })).map(({ path }) => path);
    expect(paths).toContain('src/price.ts');
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((path) => paths.includes(path))).toEqual([]);
  });

  it('shows likely places to edit without their comments, and marks no gap for these', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `  // The total ${n}, said of items.\n  total(items${n});`);
    const text = `import { total } from './cart.js';\nexport function all() {\n${lines.join('\n')}\n}\n`;
    const files = [...request().files, { path: 'src/all.ts', text }];
    const shown = (await choose({ files })).find(({ path }) => path === 'src/all.ts')?.text ?? '';
    expect(shown.match(/total\(items\d+\);/g)?.length).toBeGreaterThan(10);
    expect(shown).not.toMatch(/The total [123]\d, said of items/);
    expect(shown).toMatch(/total\(items\d+\);\n {2}total\(items\d+\);\n {2}total\(items/);
  });

  it('marks a gap within a definition, and needs no mark before one begins', async () => {
    const body = Array.from({ length: 300 }, (_, n) => `  weather.add(${n});`).join('\n');
    const text = `export function first() {\n${body}\n  total();\n}\n\nexport function last() {\n${body}\n}\n`;
    const files = [...request().files, { path: 'src/sky.ts', text: `import { total } from './cart.js';\n${text}` }];
    const shown = (await choose({ files })).find(({ path }) => path === 'src/sky.ts')?.text.split('\n') ?? [];
    expect(shown).toEqual(expect.arrayContaining(['…', 'export function last() {']));
    expect(shown[shown.indexOf('export function last() {') - 1]).not.toBe('…');
    expect(shown[shown.indexOf('…') + 1]).toContain('  weather.add(');
  });

  it('shows more tests and callers in more room', async () => {
    const many = Array.from({ length: 80 }, (_, n) => ({
      path: `test/cart${n}.spec.ts`,
      text: `import { total } from '../src/cart.js';\ntest('adds ${n}', () => total([${n}]));\n`,
    }));
    const padding = Array.from({ length: 400 }, (_, n) => ({
      path: `src/more${n}.ts`,
      text: `import { total } from './cart.js';\nexport function more${n}(items: Item[]) {\n  return total(items);\n}\n`,
    }));
    const files = [...request().files, ...many, ...padding];
    const testsIn = async (budgetTokens: number) =>
      (await choose({ files, budgetTokens })).filter(({ path }) => path.startsWith('test/')).length;
    expect(await testsIn(12_000)).toBeGreaterThan(1.5 * (await testsIn(6000)));
  });

  it('works for a file that is not there yet', async () => {
    const items = await choose({ current: 'src/receipt.ts', task: 'print the price of a cart' });
    expect(items.length).toBeGreaterThan(0);
  });

  it('has nothing to show without files or without room', async () => {
    expect(await choose({ files: [] })).toEqual([]);
    expect(await choose({ budgetTokens: 0 })).toEqual([]);
  });

  it('shows real lines within the budget, and the same bytes for the same request, whatever was asked before', async () => {
    const used = new CodeIndex();
    await fc.assert(
      fc.asyncProperty(repository, fc.nat(600), async (files, budgetTokens) => {
        const list = Object.entries(files).map(([path, text]) => ({ path, text }));
        const asked = { files: list, current: list[0]?.path ?? '', budgetTokens, countTokens };
        const items = await chooseCode(used, asked);
        expect(items.reduce((sum, item) => sum + countTokens(renderItem(item)), 0)).toBeLessThanOrEqual(budgetTokens);
        expect(await chooseCode(new CodeIndex(), asked)).toEqual(items);
        for (const { path, text, firstLine, lastLine } of items) {
          const lines = files[path]?.split('\n') ?? [];
          const shown = text.split('\n');
          expect([lines[firstLine - 1], lines[lastLine - 1]]).toEqual([shown[0], shown.at(-1)]);
          for (const line of shown) expect(line === '…' || lines.includes(line)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('answers for 500 files with 10,000 definitions in a fraction of a second once they are read (CX-15)', async () => {
    const files = Array.from({ length: 500 }, (_, n) => ({
      path: `src/part${n}.ts`,
      text: [
        `import { f${(n * 7) % 500}x0 } from './part${(n * 7) % 500}.js';`,
        ...Array.from(
          { length: 20 },
          (_, k) => `export function f${n}x${k}(a: T) {\n  return f${(n * 7) % 500}x0(a);\n}`,
        ),
      ].join('\n'),
    }));
    const index = new CodeIndex();
    const asked = request({ files, current: 'src/part3.ts', budgetTokens: 4000 });
    await chooseCode(index, asked);
    expect(await referenceTime(300, () => chooseCode(index, asked))).toBeLessThan(300);
  });
});
