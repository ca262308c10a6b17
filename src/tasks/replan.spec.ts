import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { begun, complete, created, generated, passed, source, started } from '../../test/support/coding-facts.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft, Plan, PlannedModule } from '../events/index.ts';
import { evolveCoding } from './coding-evolve.ts';
import { initialCodingState } from './coding-state.ts';
import { changedModules, planHash, removedFiles } from './replan.ts';

const planOf = (modules: readonly PlannedModule[]): Plan => ({ objective: 'o', language: 'javascript', modules });
const plannedBy = (plan: Plan): EventDraft => ({
  eventType: 'PLANNING_COMPLETE',
  data: { plan, source: 'model', callId: null },
});

/** Thirty modules, each of which needs some of those before it. */
const graphs = fc
  .array(fc.uniqueArray(fc.nat({ max: 29 }), { maxLength: 3 }), { minLength: 30, maxLength: 30 })
  .map((needs) =>
    needs.map((before, index): PlannedModule => ({
      path: `m${index}.js`,
      description: 'as it was',
      dependsOn: before.filter((each) => each < index).map((each) => `m${each}.js`),
    })),
  );

/** By walking the edges backwards, as simply as it can be done. */
function descendants(modules: readonly PlannedModule[], path: string): ReadonlySet<string> {
  const found = new Set([path]);
  for (const module of modules) if (module.dependsOn.some((needed) => found.has(needed))) found.add(module.path);
  return found;
}

describe('a plan that takes the place of another', () => {
  it('has only that built anew whose requirement changed, and what depends on it [TK-6]', () => {
    fc.assert(
      fc.property(graphs, fc.nat({ max: 29 }), (modules, changed) => {
        const edited = modules.map((module, index) => (index === changed ? { ...module, description: 'new' } : module));
        expect(changedModules(modules, planOf(edited))).toEqual(descendants(modules, `m${changed}.js`));
      }),
      { numRuns: 100 },
    );
  });

  const three: readonly PlannedModule[] = [
    { path: 'a.js', description: 'a', dependsOn: [] },
    { path: 'b.js', description: 'b', dependsOn: ['a.js'] },
    { path: 'c.js', description: 'c', dependsOn: [] },
  ];
  const written = (path: string): EventDraft => ({
    eventType: 'TESTS_WRITTEN',
    data: {
      module: `${path}.js`,
      files: [{ path: `${path}.test.js`, content: path, role: 'test' }],
      callId: 'c',
    },
  });
  const everything = ['a', 'b', 'c'].flatMap((name, index) => [
    begun(`${name}.js`),
    written(name),
    generated(`${name}.js`, index + 1),
    passed(`${name}.js`),
    complete(`${name}.js`),
  ]);
  const facts = [created({ files: [source('given.js')] }), started, plannedBy(planOf(three)), ...everything];
  const state = (...more: EventDraft[]) =>
    storedEvents('t', [...facts, ...more]).reduce(evolveCoding, initialCodingState('t'));
  const edit = (modules: readonly PlannedModule[]): EventDraft => {
    const plan = planOf(modules);
    return {
      eventType: 'PLAN_EDITED',
      data: { plan, replaces: planHash(planOf(three)), removed: removedFiles(state(), plan), by: 'ada' },
    };
  };
  const phases = (...more: EventDraft[]) => [...state(...more).modules.values()].map(({ phase }) => phase);

  it('keeps code, tests and results of everything else [TK-6]', () => {
    expect(phases()).toEqual(['complete', 'complete', 'complete']);
    const other = edit(three.map((module) => (module.path === 'a.js' ? { ...module, description: 'new' } : module)));
    expect(phases(other)).toEqual(['pending', 'pending', 'complete']);
    expect([...state(other).files.keys()].sort()).toEqual([
      'a.js',
      'b.js',
      'b.test.js',
      'c.js',
      'c.test.js',
      'given.js',
    ]);
    // Its own definition is the same, so its tests still are the measure.
    expect(state(other, begun('b.js')).modules.get('b.js')).toMatchObject({ phase: 'code' });
    expect(state(other, begun('a.js')).modules.get('a.js')).toMatchObject({ phase: 'tests' });
  });

  it('takes away what it has no module for, but nothing that the caller gave [TK-6]', () => {
    const fewer = edit(three.slice(0, 2));
    expect(phases(fewer)).toEqual(['complete', 'complete']);
    expect([...state(fewer).files.keys()].sort()).toEqual(['a.js', 'a.test.js', 'b.js', 'b.test.js', 'given.js']);
  });

  it('is not made of what was built by one that was rejected [EP-4]', () => {
    const removed = removedFiles(state(), { modules: [] });
    const rejected: EventDraft = {
      eventType: 'PLAN_REJECTED',
      codeVersion: 4,
      data: { planHash: 'h', reason: 'no', removed, by: 'ada' },
    };
    expect(state(rejected)).toMatchObject({ plan: null, codeVersion: 4, lastChange: { codeVersion: 4 } });
    expect([...state(rejected).files.keys()]).toEqual(['given.js']);
    expect(state(rejected).modules.size).toBe(0);
  });
});
