import type { Dependency, ToDo } from './to-do.ts';

/** Where a step stands. `failed`: for good, no retry is left. */
export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'skipped';

/** A step that will not run, and the dependencies that decided it. */
export interface Settled {
  readonly step: ToDo;
  readonly because: readonly string[];
}

/** What has to happen next in a graph. */
export interface Standing {
  /** Steps that may run now, in topological order. */
  readonly ready: readonly ToDo[];
  /** Steps that are to be skipped, also those that follow from these. */
  readonly skip: readonly Settled[];
  /** Steps that fail without having run, also those that follow from these. */
  readonly fail: readonly Settled[];
  /** Failed steps whose failure no other step took over by running in spite of it. */
  readonly unhandled: readonly string[];
  /** `open` while a step may still run; failed where a failure is unhandled. */
  readonly outcome: 'open' | 'done' | 'failed';
}

type Verdict = 'wait' | 'run' | 'skip' | 'fail';

/**
 * Judges steps, given in topological order, by where each stands; one without a state is pending. A step fails as soon as
 * one edge says so. It runs, or is skipped, only when all it depends on has ended, so that the order of ends does not matter.
 */
export function standingOf(order: readonly ToDo[], states: ReadonlyMap<string, StepState>): Standing {
  const known = new Map(states);
  const stateOf = (id: string): StepState => known.get(id) ?? 'pending';
  const ready: ToDo[] = [];
  const skip: Settled[] = [];
  const fail: Settled[] = [];
  for (const step of order) {
    if (stateOf(step.id) !== 'pending') continue;
    const verdict = verdictOn(step, stateOf);
    if (verdict === 'run') ready.push(step);
    if (verdict !== 'skip' && verdict !== 'fail') continue;
    const because = step.dependsOn.filter((edge) => verdictOfEdge(edge, stateOf) === verdict).map((edge) => edge.step);
    (verdict === 'skip' ? skip : fail).push({ step, because });
    known.set(step.id, verdict === 'skip' ? 'skipped' : 'failed');
  }
  const takenOver = new Set(
    order.flatMap(({ id, dependsOn }) =>
      stateOf(id) === 'skipped' ? [] : dependsOn.filter(({ onFailure }) => onFailure === 'run').map(({ step }) => step),
    ),
  );
  const unhandled = order.map(({ id }) => id).filter((id) => stateOf(id) === 'failed' && !takenOver.has(id));
  const open = order.some(({ id }) => stateOf(id) === 'pending' || stateOf(id) === 'running');
  return { ready, skip, fail, unhandled, outcome: open ? 'open' : unhandled.length > 0 ? 'failed' : 'done' };
}

function verdictOn({ dependsOn }: ToDo, stateOf: (id: string) => StepState): Verdict {
  const verdicts = new Set(dependsOn.map((edge) => verdictOfEdge(edge, stateOf)));
  if (verdicts.has('fail')) return 'fail';
  if (verdicts.has('wait')) return 'wait';
  return verdicts.has('skip') ? 'skip' : 'run';
}

function verdictOfEdge({ step, onDone, onFailure, onSkip }: Dependency, stateOf: (id: string) => StepState): Verdict {
  switch (stateOf(step)) {
    case 'done':
      return onDone;
    case 'failed':
      return onFailure;
    case 'skipped':
      return onSkip;
    default:
      return 'wait';
  }
}
