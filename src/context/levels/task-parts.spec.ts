import { describe, expect, it } from '@jest/globals';
import { referenceTime } from '../../../test/support/processor-time.ts';
import { shopEvents } from '../../../test/support/shop-history.ts';
import { storedEvent } from '../../../test/support/stored-event.ts';
import { storedEvents } from '../../../test/support/stored-events.ts';
import type { EventDraft, StoredEvent } from '../../events/index.ts';
import { estimateTokens } from '../../llm/index.ts';
import { cacheOfEvents } from '../graph/event-sourced-cache.ts';
import { foldRecords } from '../graph/fold-records.ts';
import { chooseFacts } from '../history/choose-facts.ts';
import { Ledger } from '../history/ledger.ts';
import { Outlines } from '../history/outlines.ts';
import { readTask } from '../history/read-task.ts';
import { relevantEvents } from '../history/relevant-events.ts';
import { statementsOf } from '../history/task-statements.ts';
import { outlineCode } from '../outline/outline-code.ts';
import { buildHierarchy } from './build-hierarchy.ts';
import { taskParts } from './task-parts.ts';

const module = 'src/cart.ts';
const room = (budgetTokens: number) => ({ budgetTokens, countTokens: estimateTokens });

async function contextOf(events: readonly StoredEvent[], budgetTokens: number, path = module) {
  const graph = await cacheOfEvents('shop', events);
  const current = storedEvent(99, { taskId: 'shop', eventType: 'MODULE_STARTED', data: { module: path } } as object);
  const ledger = Ledger.of(statementsOf(await readTask(events)));
  const facts = chooseFacts(ledger.at(), { symbols: [path], text: '' }, room(budgetTokens / 3));
  const parts = taskParts('shop', path, { graph, facts, events: relevantEvents(events, current) });
  return buildHierarchy(parts, room(budgetTokens));
}

describe('what is told about a module', () => {
  it('holds what, why and how, in levels [CX-13]', async () => {
    const { text, parts } = await contextOf(shopEvents().slice(0, 8), 8000);
    const levelOf = new Map(parts.map(({ name, priority }) => [name, priority]));
    expect(Object.fromEntries(levelOf)).toMatchObject({
      'task:shop': 'CRITICAL',
      'module:src/cart.ts': 'CRITICAL',
      'module:src/price.ts': 'CRITICAL',
      'error:src/cart.ts src/cart.test.ts works': 'CRITICAL',
      'function:src/price.ts#roundPrice': 'HIGH',
      facts: 'HIGH',
      'test:src/cart.test.ts': 'MEDIUM',
      'library:node:crypto': 'MEDIUM',
      'decision:said 7': 'LOW',
    });
    expect(text).toContain('## module:src/price.ts\nsrc/price.ts: Prices in cents. declares roundPrice\n[→ function:');
    expect(text).toContain('1 is not 2');
  });

  it('brings the last iterations, and calls what was fixed an earlier error [CX-13]', async () => {
    const { parts } = await contextOf(shopEvents(), 8000);
    const levelOf = new Map(parts.map(({ name, priority }) => [name, priority]));
    expect(levelOf.get('event #9')).toBe('HIGH');
    expect(levelOf.get('error:src/cart.ts src/cart.test.ts works')).toBe('LOW');
  });

  it('shows the code of the module, cut where it is too large [CX-13]', async () => {
    const code = 'export function one() {\n  return 1;\n}\n'.repeat(100);
    const outline = await outlineCode(code, 'typescript');
    const graph = await cacheOfEvents('shop', shopEvents());
    const parts = taskParts('shop', module, { graph, codeOf: (path) => (path === module ? { code, outline } : null) });
    const { text, tokens } = buildHierarchy(parts, room(800));
    expect(tokens).toBeLessThanOrEqual(640);
    expect(text).toContain(`## code of ${module}`);
    expect(text).toContain('lines cut]');
  });

  it('is less for a module that nothing is known of, and no error [CX-13]', async () => {
    const { text } = await contextOf(shopEvents(), 2000, 'src/other.ts');
    expect(text).toContain('## task:shop');
    expect((await contextOf([], 1000)).text).toBe('');
  });

  it('is prepared in less than 50 ms at 1,000 events and 1,000 nodes, on a slower machine in as many times more [CX-15]', async () => {
    const events = storedEvents('shop', largeTask(100, 10));
    const outlines = new Outlines();
    const records = await readTask(events, outlines);
    const current = storedEvent(9999, {
      taskId: 'shop',
      eventType: 'MODULE_STARTED',
      data: { module: 'm7.ts' },
    } as object);
    const graph = foldRecords('shop', records);
    expect([events.length >= 1000, graph.size >= 1000]).toEqual([true, true]);
    const ledger = Ledger.of(statementsOf(records));
    const prepare = () => {
      const facts = chooseFacts(ledger.at(), { symbols: ['m7.ts'], text: 'change it' }, room(1000));
      return buildHierarchy(
        taskParts('shop', 'm7.ts', { graph, facts, events: relevantEvents(events, current) }),
        room(8192),
      );
    };
    expect(prepare().tokens).toBeGreaterThan(2000);
    expect(await referenceTime(50, prepare)).toBeLessThan(50);
  });
});

/** So many modules of ten functions each, and rounds of red and green tests for all of them. */
function largeTask(modules: number, rounds: number): readonly EventDraft[] {
  const paths = Array.from({ length: modules }, (_, index) => `m${index}.ts`);
  const functions = (index: number) =>
    Array.from(
      { length: 10 },
      (_, n) => `export function f${index}x${n}() {\n  return g${n}(f${index}x${(n + 1) % 10}());\n}`,
    );
  const written = paths.map((path, index): EventDraft => {
    const code = [`import { f${index + 1}x1 } from './m${index + 1}.ts';`, ...functions(index)].join('\n');
    return {
      eventType: 'CODE_GENERATED',
      codeVersion: index + 1,
      data: { module: path, files: [{ path, content: code, role: 'source' }], codeHash: '', callId: null },
    };
  });
  const tested = Array.from({ length: rounds }, (_, round) =>
    paths.map((path): EventDraft => ({
      eventType: round % 2 === 0 ? 'TEST_FAILED' : 'TEST_PASSED',
      data: {
        module: path,
        passed: 1,
        failed: (round + 1) % 2,
        results:
          round % 2 === 0
            ? [{ name: `works ${round}`, file: path, status: 'failed', durationMs: 1, message: 'no' }]
            : [],
        durationMs: 1,
        isolation: 'bwrap',
        exitCode: 0,
        output: '',
        outputBytesCut: 0,
      },
    })),
  ).flat();
  return [...written, ...tested];
}
