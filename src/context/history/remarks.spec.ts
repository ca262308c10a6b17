import { describe, expect, it } from '@jest/globals';
import { remarksIn } from './remarks.ts';
import { SymbolIndex } from './symbol-index.ts';

const symbols = new SymbolIndex(['src/store.ts', 'src/store.ts#Store.loadAll', 'src/cart.ts', 'src/cart.ts#add']);
const source = { about: 'src/cart.ts', sequence: 7 };
const remarks = (text: string) => remarksIn(text, symbols, source).map(({ owner, text: shown }) => [owner, shown]);

describe('remarks in prose', () => {
  it('are the sentences that name a known symbol or hold a number', () => {
    expect(
      remarks('Reads well, thanks! loadAll must not be called in a loop. Keep it under 200 ms. Approved otherwise.'),
    ).toEqual([
      ['src/store.ts#Store.loadAll', 'loadAll must not be called in a loop.'],
      ['src/cart.ts', 'src/cart.ts: Keep it under 200 ms.'],
    ]);
  });

  it('take a word of everyday language for a name only where it is written as code', () => {
    expect(remarks('Please add a test for that.')).toEqual([]);
    expect(remarks('Please look at `add` again.')).toEqual([['src/cart.ts#add', 'Please look at `add` again.']]);
    expect(remarks('Nobody but the page calls add() now.')).toHaveLength(1);
  });

  it('replace each other when only their numbers differ', () => {
    const [older] = remarksIn('At most 10 rows are read.', symbols, source);
    const [newer] = remarksIn('At most 250 rows are read.', symbols, source);
    expect(newer?.key).toBe(older?.key);
  });

  it('are none in code, stack traces and endless text', () => {
    expect(remarks('    at Suite.run (/srv/app/dist/a1.js:12:4)\n12\n}')).toEqual([]);
    expect(remarks(`It holds ${'9'.repeat(500)} rows`)).toEqual([]);
    expect(remarksIn('It holds 5 rows. '.repeat(5000), symbols, source).length).toBeLessThanOrEqual(20);
  });
});

describe('the index of symbols', () => {
  it('knows a symbol by its path, its file and its member', () => {
    for (const mention of ['src/store.ts', 'store.ts', 'Store.loadAll', 'loadAll', 'src/store.ts#Store.loadAll']) {
      expect(symbols.namedIn(`see ${mention}, please`)).not.toEqual([]);
    }
    expect(symbols.namedIn('the constructor and __proto__ of toString')).toEqual([]);
  });

  it('does not guess between many namesakes', () => {
    const many = new SymbolIndex(['a', 'b', 'c', 'd'].map((file) => `src/${file}.ts#readAll`));
    expect(many.namedIn('readAll is slow')).toEqual([]);
  });
});
