import { describe, expect, it } from '@jest/globals';
import { source } from '../../../test/support/coding-facts.ts';
import { shopEvents } from '../../../test/support/shop-history.ts';
import { storedEvent } from '../../../test/support/stored-event.ts';
import type { EventDraft } from '../../events/index.ts';
import { chooseFacts } from './choose-facts.ts';
import { Ledger } from './ledger.ts';
import { Outlines } from './outlines.ts';
import { readTask } from './read-task.ts';
import { statementsOf } from './task-statements.ts';

const ledgerOf = async (events = shopEvents()) => Ledger.of(statementsOf(await readTask(events)));
const textsOf = (ledger: Ledger, sequence?: number) => ledger.at(sequence).facts.map(({ text }) => text);
const countTokens = (text: string) => text.length / 4;

describe('the ledger of a coding task', () => {
  it('holds the contracts of the newest code, what was decided and said [CX-12]', async () => {
    const texts = textsOf(await ledgerOf());
    expect(texts).toEqual(
      expect.arrayContaining([
        'Objective: a cart with a total',
        'src/price.ts: function roundPrice(cents: number): number // Prices in cents.',
        'src/cart.ts: function totalOf(prices: number[]): number // What is to be paid.',
        'roundPrice must never see more than 15 digits.',
        'Prices are in cents.',
      ]),
    );
  });

  it('tells an error while it is there, and with its fix when it is not any more [CX-12]', async () => {
    const ledger = await ledgerOf();
    const errors = (sequence: number) => ledger.at(sequence).facts.filter(({ kind }) => kind === 'error');
    expect(errors(5)).toEqual([]);
    expect(errors(6).map(({ text }) => text)).toEqual(['src/cart.ts: "src/cart.test.ts works" failed: 1 is not 2']);
    expect(errors(10).map(({ text }) => text)).toEqual([
      'src/cart.ts: "src/cart.test.ts works" failed: 1 is not 2; fixed in totalOf',
    ]);
  });

  it('knows who calls whom across files, where code was changed since too', async () => {
    const ledger = await ledgerOf();
    const calls = (sequence: number) =>
      ledger
        .at(sequence)
        .relations.filter(({ kind }) => kind === 'calls')
        .map(({ from, to }) => `${from} > ${to}`);
    expect(calls(5)).toEqual(['src/cart.ts#totalOf > src/cart.ts#sum', 'src/cart.ts#Cart.total > src/cart.ts#totalOf']);
    expect(calls(9)).toContain('src/cart.ts#totalOf > src/price.ts#roundPrice');
  });

  it('chooses what a function needs, of the third degree too [CX-7]', async () => {
    const focus = { symbols: ['src/cart.ts#Cart.total'], text: 'show the total' };
    const chosen = chooseFacts((await ledgerOf()).at(), focus, { budgetTokens: 160, countTokens });
    const owners = chosen.map(({ owner }) => owner);
    expect(owners).toEqual(
      expect.arrayContaining(['src/cart.ts#Cart.total', 'src/cart.ts#totalOf', 'src/price.ts#roundPrice']),
    );
  });

  it('forgets the code of files that a new plan removes', async () => {
    const replanned = storedEvent(
      20,
      {},
      {
        eventType: 'PLAN_EDITED',
        data: {
          plan: { objective: 'prices', language: 'typescript', modules: [] },
          replaces: '',
          removed: ['src/cart.ts'],
          by: 'ann',
        },
      },
    );
    const texts = textsOf(await ledgerOf([...shopEvents(), replanned]));
    expect(texts.join('\n')).not.toContain('totalOf(prices');
    expect(texts.join('\n')).toContain('roundPrice(cents');
  });

  it('reads events of any order and shape, with defaults for what is missing [CX-12]', async () => {
    const ledger = await ledgerOf();
    expect(textsOf(await ledgerOf([...shopEvents()].reverse()))).toEqual(textsOf(ledger));
    const types = [...new Set(shopEvents().map(({ eventType }) => eventType)), 'TASK_FAILED', 'PLAN_REJECTED'];
    for (const data of [{}, null, { files: [null, 7], plan: { modules: [{}] }, results: 'none', report: null }]) {
      const broken = types.map((eventType, index) => storedEvent(index + 1, { eventType, data } as object));
      await expect(readTask(broken)).resolves.toBeDefined();
      expect(textsOf(await ledgerOf(broken))).not.toContain(undefined);
    }
    expect(textsOf(await ledgerOf([]))).toEqual([]);
  });

  it('does not read code again that was seen before', async () => {
    const outlines = new Outlines();
    await readTask(shopEvents(), outlines);
    const known = await outlines.of('export const a = 1;\n', 'typescript', 'a.ts');
    expect(await outlines.of('export const a = 1;\n', 'typescript', 'a.ts')).toBe(known);
  });

  it('reads methods, namespaces and Python imports', async () => {
    const files = [
      source('pkg/words.py', 'def split(text):\n    return text.split()\n'),
      source('pkg/count.py', 'from .words import split\nimport os\n\ndef count(text):\n    return len(split(text))\n'),
      source(
        'src/a.js',
        "import * as b from './b.js';\nexport class A { x() { this.y(); } y() { b.run(); new A(); } }\n",
      ),
      source('src/b.ts', 'export function run() {}\n'),
    ];
    const event: EventDraft = { eventType: 'CODE_GENERATED', data: { module: 'a', files, codeHash: '', callId: null } };
    const { relations } = (await ledgerOf([storedEvent(1, {}, event)])).at();
    const calls = relations.filter(({ kind }) => kind === 'calls').map(({ from, to }) => `${from} > ${to}`);
    expect(calls).toEqual([
      'pkg/count.py#count > pkg/words.py#split',
      'src/a.js#A.x > src/a.js#A.y',
      'src/a.js#A.y > src/b.ts#run',
      'src/a.js#A.y > src/a.js#A',
    ]);
  });
});
