import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StepState } from './standing.ts';
import { TaskGraph } from './task-graph.ts';
import type { ToDoInput } from './to-do.ts';

type Edge = Exclude<NonNullable<ToDoInput['dependsOn']>[number], string>;

const step = (id: string, ...dependsOn: (string | Edge)[]): ToDoInput => ({ id, action: 'http', dependsOn });
const states = (given: Readonly<Record<string, StepState>>) => new Map(Object.entries(given));

function standing(steps: readonly ToDoInput[], given: Readonly<Record<string, StepState>>) {
  const { ready, skip, fail, unhandled, outcome } = TaskGraph.build(steps).standing(states(given));
  const settled = (list: typeof skip) => list.map(({ step: { id }, because }) => `${id} for ${because.join()}`);
  return { ready: ready.map(({ id }) => id), skip: settled(skip), fail: settled(fail), unhandled, outcome };
}

describe('what is next in a graph', () => {
  it('makes a step ready once all it depends on is done [JB-2]', () => {
    const steps = [step('a'), step('b'), step('c', 'a', 'b'), step('d', 'c')];
    expect(standing(steps, {})).toMatchObject({ ready: ['a', 'b'], outcome: 'open' });
    expect(standing(steps, { a: 'done', b: 'running' })).toMatchObject({ ready: [], outcome: 'open' });
    expect(standing(steps, { a: 'done', b: 'done' }).ready).toEqual(['c']);
    expect(standing(steps, { a: 'done', b: 'done', c: 'done', d: 'done' })).toEqual({
      ready: [],
      skip: [],
      fail: [],
      unhandled: [],
      outcome: 'done',
    });
  });

  it('fails all that needs a failed step, and says for which; what needs nothing of it goes on [JB-2]', () => {
    expect(standing([step('a'), step('b', 'a'), step('c', 'b'), step('free')], { a: 'failed' })).toEqual({
      ready: ['free'],
      skip: [],
      fail: ['b for a', 'c for b'],
      unhandled: ['a', 'b', 'c'],
      outcome: 'open',
    });
  });

  it('skips a step whose edge says so, and what follows from it [JB-2]', () => {
    const steps = [step('a'), step('b', { step: 'a', onFailure: 'skip' }), step('c', 'b')];
    expect(standing(steps, { a: 'failed' })).toMatchObject({
      skip: ['b for a', 'c for b'],
      unhandled: ['a'],
      outcome: 'failed',
    });
  });

  it('runs a step in spite of a failure where its edge says so, and the failure counts as taken over [JB-2]', () => {
    const steps = [step('a'), step('clean-up', { step: 'a', onFailure: 'run' })];
    expect(standing(steps, { a: 'failed' })).toMatchObject({ ready: ['clean-up'], outcome: 'open' });
    expect(standing(steps, { a: 'failed', 'clean-up': 'done' })).toMatchObject({ unhandled: [], outcome: 'done' });
    expect(standing(steps, { a: 'failed', 'clean-up': 'failed' })).toMatchObject({
      unhandled: ['clean-up'],
      outcome: 'failed',
    });
  });

  it('can fall back to another step, which is skipped where it is not needed [JB-2]', () => {
    const steps = [
      step('portal'),
      step('archive', { step: 'portal', onDone: 'skip', onFailure: 'run' }),
      step('send', { step: 'portal', onFailure: 'run' }, { step: 'archive', onSkip: 'run' }),
    ];
    expect(standing(steps, { portal: 'done' })).toMatchObject({ ready: ['send'], skip: ['archive for portal'] });
    expect(standing(steps, { portal: 'failed' })).toMatchObject({ ready: ['archive'], skip: [], fail: [] });
    expect(standing(steps, { portal: 'failed', archive: 'done' }).ready).toEqual(['send']);
    expect(standing(steps, { portal: 'failed', archive: 'failed' })).toMatchObject({
      fail: ['send for archive'],
      outcome: 'failed',
    });
  });

  it('skips only when all dependencies have ended, as one of them may yet fail the step [JB-2]', () => {
    const steps = [step('a'), step('b'), step('c', { step: 'a', onFailure: 'skip' }, 'b')];
    expect(standing(steps, { a: 'failed', b: 'running' })).toMatchObject({ skip: [], fail: [] });
    expect(standing(steps, { a: 'failed', b: 'done' })).toMatchObject({ skip: ['c for a'] });
    expect(standing(steps, { a: 'failed', b: 'failed' })).toMatchObject({ fail: ['c for b'] });
  });

  const rules = fc.record({
    onDone: fc.constantFrom('run' as const, 'skip' as const),
    onFailure: fc.constantFrom('fail' as const, 'skip' as const, 'run' as const),
    onSkip: fc.constantFrom('skip' as const, 'run' as const),
  });
  const graphs = fc
    .array(fc.array(fc.tuple(fc.nat({ max: 15 }), rules), { maxLength: 3 }), { maxLength: 15 })
    .map((rows) =>
      TaskGraph.build(
        rows.map((row, index) => {
          const edges = new Map(row.filter(([other]) => other < index).map(([other, rule]) => [`s${other}`, rule]));
          return step(`s${index}`, ...[...edges].map(([id, rule]) => ({ step: id, ...rule })));
        }),
      ),
    );

  it('ends the same in whatever order steps end, runs each at most once, and leaves none open [JB-2]', () => {
    /** Runs a graph: of what runs, `pick` says which ends next; whether it fails depends on the step alone. */
    const run = (graph: TaskGraph, failing: ReadonlySet<string>, pick: (count: number) => number) => {
      const current = new Map<string, StepState>();
      const started: string[] = [];
      for (;;) {
        const next = graph.standing(current);
        for (const { step: each } of next.skip) current.set(each.id, 'skipped');
        for (const { step: each } of next.fail) current.set(each.id, 'failed');
        for (const { id } of next.ready) {
          current.set(id, 'running');
          started.push(id);
        }
        const running = [...current].filter(([, state]) => state === 'running').map(([id]) => id);
        const ended = running[pick(running.length)];
        if (ended === undefined)
          return { states: [...current].sort(), started, outcome: graph.standing(current).outcome };
        current.set(ended, failing.has(ended) ? 'failed' : 'done');
      }
    };
    fc.assert(
      fc.property(graphs, fc.array(fc.nat({ max: 14 })), fc.infiniteStream(fc.nat()), (graph, failures, picks) => {
        const failing = new Set(failures.map((index) => `s${index}`));
        const first = run(graph, failing, () => 0);
        const other = run(graph, failing, (count) => (count === 0 ? 0 : (picks.next().value ?? 0) % count));
        expect(other.states).toEqual(first.states);
        expect(new Set(other.started).size).toBe(other.started.length);
        expect(other.states).toHaveLength(graph.size);
        expect(['done', 'failed']).toContain(other.outcome);
      }),
    );
  });
});
