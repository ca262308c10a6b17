import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { processorTime } from '../../../test/support/processor-time.ts';
import { GraphCircleError, InvalidGraphError } from '../jobs.errors.ts';
import { TaskGraph } from './task-graph.ts';
import { type ToDoInput, wellKnownActions } from './to-do.ts';

const step = (id: string, ...dependsOn: string[]): ToDoInput => ({ id, action: 'http', dependsOn });
const ids = (steps: readonly { readonly id: string }[]) => steps.map(({ id }) => id);
const batchesOf = (...steps: ToDoInput[]) => TaskGraph.build(steps).batches().map(ids);

/** What is wrong with a list of steps. */
function problemsOf(steps: unknown): readonly string[] {
  try {
    TaskGraph.read(steps);
  } catch (error) {
    if (error instanceof InvalidGraphError) return error.issues.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}

function circleOf(...steps: ToDoInput[]): readonly string[] {
  try {
    TaskGraph.build(steps);
  } catch (error) {
    if (error instanceof GraphCircleError) return error.circle;
    throw error;
  }
  throw new Error('There is no circle.');
}

/** Graphs without circles: each step depends on some of those before it; then the list is shuffled. */
const graphs = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { maxLength: 30 }).chain((rows) => {
  const steps = rows.map((row, index) =>
    step(`s${index}`, ...new Set(row.filter((other) => other < index).map((other) => `s${other}`))),
  );
  return fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length });
});

describe('a step (JB-2; unit list 1.3)', () => {
  it('has all fields, with defaults for those that were left out [JB-2]', () => {
    const [toDo] = TaskGraph.build([{ id: 'a', action: 'click' }]).steps;
    expect(toDo).toEqual({
      id: 'a',
      action: 'click',
      selector: null,
      text: null,
      params: {},
      timeoutMs: null,
      dependsOn: [],
      retries: null,
      approvals: 0,
      capabilities: [],
    });
  });

  it.each(wellKnownActions)('can have the action %s [JB-2]', (action) => {
    expect(TaskGraph.build([{ id: 'a', action }]).get('a')?.action).toBe(action);
  });

  it.each([
    [{ action: 'http' }, 'steps[0].id is missing: give a string'],
    [{ id: 'a' }, 'steps[0].action is missing: give a string'],
    [{ id: 'a b', action: 'http' }, /^steps\[0\]\.id "a b" does not fit: give 1 to 100 letters/],
    [{ id: 'a', action: 'DROP' }, /^steps\[0\]\.action "DROP" does not fit: give a lower-case name/],
    [{ id: 'a', action: 'http', timeoutMs: -1 }, 'steps[0].timeoutMs -1 does not fit: give at least 1'],
    [{ id: 'a', action: 'http', retries: 1.5 }, 'steps[0].retries 1.5 does not fit: give a whole number'],
    [{ id: 'a', action: 'http', approvals: 3 }, 'steps[0].approvals 3 does not fit: give at most 2'],
    [{ id: 'a', action: 'http', params: 'x' }, 'steps[0].params "x" does not fit: give an object'],
    [{ id: 'a', action: 'http', dependsOn: [7] }, 'steps[0].dependsOn[0] 7 does not fit: give an object'],
    [{ id: 'a', action: 'http', depends_on: [] }, 'steps[0].depends_on is no field here: leave it out'],
    ['click', 'steps[0] "click" does not fit: give an object'],
  ])('is refused with the field, the value and the cure: %j [JB-2]', (given, problem) => {
    expect(problemsOf([given])).toEqual([problem instanceof RegExp ? expect.stringMatching(problem) : problem]);
  });
});

describe('a graph of steps (JB-2; unit list 1.3)', () => {
  it('puts steps that follow each other into batches of one [JB-2]', () => {
    expect(batchesOf(step('a'), step('b', 'a'), step('c', 'b'))).toEqual([['a'], ['b'], ['c']]);
  });

  it('puts steps that need nothing of each other into one batch [JB-2]', () => {
    expect(batchesOf(step('a'), step('b'), step('c'))).toEqual([['a', 'b', 'c']]);
  });

  it('runs mixed steps as early as their dependencies allow [JB-2]', () => {
    expect(batchesOf(step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c'), step('e'))).toEqual([
      ['a', 'e'],
      ['b', 'c'],
      ['d'],
    ]);
  });

  it('can be empty [JB-2]', () => {
    for (const graph of [TaskGraph.build([]), TaskGraph.empty]) {
      expect([graph.size, graph.order, graph.batches(), graph.standing().outcome]).toEqual([0, [], [], 'done']);
    }
  });

  it('can have one step [JB-2]', () => {
    const graph = TaskGraph.build([step('only')]);
    expect([ids(graph.order), graph.batches().map(ids), ids(graph.standing().ready)]).toEqual([
      ['only'],
      [['only']],
      ['only'],
    ]);
  });

  it('keeps the order of the list wherever dependencies allow [JB-2]', () => {
    expect(ids(TaskGraph.build([step('c'), step('a'), step('b', 'a')]).order)).toEqual(['c', 'a', 'b']);
    expect(ids(TaskGraph.build([step('late', 'x'), step('a'), step('x')]).order)).toEqual(['x', 'late', 'a']);
  });

  it('does not change when a step is added: there is a new graph [JB-2]', () => {
    const one = TaskGraph.empty.add(step('a'));
    const two = one.add(step('b', 'a'));
    expect([TaskGraph.empty.size, one.size, two.size]).toEqual([0, 1, 2]);
    expect(two.batches().map(ids)).toEqual([['a'], ['b']]);
    expect(() => one.add(step('a'))).toThrow('"a" is the id of another step');
    expect(() => one.add(step('c', 'd'))).toThrow('c depends on d, which is no step: give one of a, c');
  });

  it('freezes its steps and leaves those it was given as they are [JB-2]', () => {
    const params = { list: [1] };
    const graph = TaskGraph.build([{ id: 'a', action: 'http', params }]);
    expect(Object.isFrozen(params.list)).toBe(false);
    params.list.push(2);
    expect(graph.get('a')?.params).toEqual({ list: [1] });
    expect(Object.isFrozen(graph.get('a')?.params.list)).toBe(true);
  });

  it('comes back equal from its JSON [JB-2]', () => {
    fc.assert(
      fc.property(graphs, (steps) => {
        const graph = TaskGraph.build(steps);
        const again = TaskGraph.read(JSON.parse(JSON.stringify(graph)));
        expect(again.steps).toEqual(graph.steps);
        expect(ids(again.order)).toEqual(ids(graph.order));
      }),
    );
  });

  it('names unknown, doubled and repeated ids, all at once [JB-2]', () => {
    expect(problemsOf([step('a', 'x'), step('a'), step('b', 'a', 'a')])).toEqual([
      'steps[1].id "a" is the id of another step: give a new one',
      'steps[0].dependsOn[0] a depends on x, which is no step: give one of a, b',
      'steps[2].dependsOn[1] a stands in the list twice: give it once',
    ]);
  });

  it('names the circle [JB-2]', () => {
    expect(circleOf(step('A', 'B'), step('B', 'A'))).toEqual(['A', 'B', 'A']);
    expect(circleOf(step('self', 'self'))).toEqual(['self', 'self']);
    expect(circleOf(step('x'), step('a', 'x', 'b'), step('b', 'c'), step('c', 'a'), step('y', 'a'))).toEqual([
      'a',
      'b',
      'c',
      'a',
    ]);
    expect(() => TaskGraph.build([step('A', 'B'), step('B', 'A')])).toThrow(
      'Steps wait for each other in a circle: A → B → A. Take one of these dependencies away.',
    );
  });

  it('finds a circle in any graph that has one, and what it names is one [JB-2]', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), fc.nat(), (steps, from, length) => {
        fc.pre(steps.length > 0);
        // A chain through some steps, closed to a circle.
        const start = from % steps.length;
        const chain = [...steps.slice(start), ...steps.slice(0, start)].slice(0, 1 + (length % steps.length));
        const closed = steps.map((each) => {
          const next = chain[(chain.indexOf(each) + 1) % chain.length];
          if (!chain.includes(each) || !next) return each;
          return step(each.id, ...new Set([...(each.dependsOn ?? []).map(String), next.id]));
        });
        const circle = circleOf(...closed);
        expect(circle.at(0)).toBe(circle.at(-1));
        expect(new Set(circle).size).toBe(circle.length - 1);
        circle.slice(0, -1).forEach((id, index) => {
          expect(closed.find((each) => each.id === id)?.dependsOn).toContain(circle[index + 1]);
        });
      }),
    );
  });

  it('orders each step once, after all it depends on [JB-2]', () => {
    fc.assert(
      fc.property(graphs, (steps) => {
        const graph = TaskGraph.build(steps);
        const order = ids(graph.order);
        expect(order.toSorted()).toEqual(ids(steps).toSorted());
        for (const { id, dependsOn } of graph.steps) {
          for (const { step: other } of dependsOn) expect(order.indexOf(other)).toBeLessThan(order.indexOf(id));
        }
      }),
    );
  });

  it('runs as many steps at once as the graph allows: as many batches as its longest chain has steps [JB-2]', () => {
    fc.assert(
      fc.property(graphs, (steps) => {
        const graph = TaskGraph.build(steps);
        const batches = graph.batches().map(ids);
        expect(batches.flat().toSorted()).toEqual(ids(steps).toSorted());
        const batchOf = (id: string) => batches.findIndex((batch) => batch.includes(id));
        for (const { id, dependsOn } of graph.steps) {
          const before = dependsOn.map((edge) => batchOf(edge.step));
          expect(batchOf(id)).toBe(before.length === 0 ? 0 : Math.max(...before) + 1);
        }
      }),
    );
  });

  it('takes what is no list, circular or deep for what it is [JB-2]', () => {
    const circle: unknown[] = [];
    circle.push({ id: 'a', action: 'http', params: { circle } });
    expect(problemsOf('a')).toEqual(['steps is no list of steps: give one']);
    expect(problemsOf(circle)).toEqual([expect.stringContaining('refers back to itself')]);
    const deep = JSON.parse(`{"x":${'['.repeat(5000)}${']'.repeat(5000)}}`) as unknown;
    expect(problemsOf([{ id: 'a', action: 'http', params: deep }])).toEqual([expect.stringContaining('deeper than')]);
    expect(problemsOf(Array.from({ length: 10_001 }, () => ({})))).toEqual([
      'steps has 10001 steps: give at most 10000',
    ]);
    expect(problemsOf(Array.from({ length: 10_000 }, () => ({}))).at(-1)).toBe(' and 19950 more are wrong');
  });

  it('sorts 10,000 steps, in a chain or wide, in less than two seconds [JB-2]', async () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      step(`s${index}`, ...(index > 0 ? [`s${index - 1}`] : [])),
    );
    const wide = Array.from({ length: 10_000 }, (_, index) =>
      step(
        `s${index}`,
        ...new Set([1, 7, 50].filter((back) => index >= 5000 && back <= index).map((back) => `s${index - back}`)),
      ),
    );
    for (const steps of [chain.toReversed(), wide]) {
      const sort = () => {
        const graph = TaskGraph.build(steps);
        expect(graph.order).toHaveLength(10_000);
        expect(graph.batches().flat()).toHaveLength(10_000);
        expect(graph.standing().outcome).toBe('open');
      };
      expect(await processorTime(2000, sort)).toBeLessThan(2000);
    }
  });
});
