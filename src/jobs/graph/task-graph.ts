import { GraphCircleError } from '../jobs.errors.ts';
import { readSteps } from './read-steps.ts';
import { sortSteps } from './sort-steps.ts';
import { type Standing, standingOf, type StepState } from './standing.ts';
import type { ToDo, ToDoInput } from './to-do.ts';

/** The steps of a job and which of them wait for which: no circles, no unknown ids. Immutable. */
export class TaskGraph {
  static readonly empty = new TaskGraph([], []);

  private readonly byId: ReadonlyMap<string, ToDo>;
  private levels: readonly (readonly ToDo[])[] | null = null;

  private constructor(
    /** As they were given. */
    readonly steps: readonly ToDo[],
    /** Each step after those it depends on; otherwise as they were given. */
    readonly order: readonly ToDo[],
  ) {
    this.byId = new Map(steps.map((step) => [step.id, step]));
  }

  /**
   * The graph of a list in any order; `at` names the list in messages. Throws InvalidGraphError that names all wrong
   * fields, or GraphCircleError that names the circle.
   */
  static build(steps: readonly ToDoInput[], at = 'steps'): TaskGraph {
    return TaskGraph.read(steps, at);
  }

  /** Like build, of what nobody has checked yet. */
  static read(given: unknown, at = 'steps'): TaskGraph {
    const steps = readSteps(given, undefined, at);
    const { order, circle } = sortSteps(steps);
    if (order === null) throw new GraphCircleError(circle);
    return new TaskGraph(steps, order);
  }

  /** A graph with one step more, which depends only on those that are there. Throws InvalidGraphError. */
  add(step: ToDoInput): TaskGraph {
    const [added] = readSteps([step], this.byId);
    return added === undefined ? this : new TaskGraph([...this.steps, added], [...this.order, added]);
  }

  get size(): number {
    return this.steps.length;
  }

  get(id: string): ToDo | null {
    return this.byId.get(id) ?? null;
  }

  /**
   * The steps in groups that can run at the same time, each as early as its dependencies allow: as few groups as the
   * longest chain has steps.
   */
  batches(): readonly (readonly ToDo[])[] {
    this.levels ??= levelsOf(this.order);
    return this.levels;
  }

  /** What has to happen next; steps that `states` does not name are pending. */
  standing(states: ReadonlyMap<string, StepState> = new Map()): Standing {
    return standingOf(this.order, states);
  }

  /** The list that `read` makes the same graph of. */
  toJSON(): readonly ToDo[] {
    return this.steps;
  }
}

function levelsOf(order: readonly ToDo[]): readonly (readonly ToDo[])[] {
  const levelOf = new Map<string, number>();
  const levels: ToDo[][] = [];
  for (const step of order) {
    const level = step.dependsOn.reduce((deepest, edge) => Math.max(deepest, (levelOf.get(edge.step) ?? 0) + 1), 0);
    levelOf.set(step.id, level);
    (levels[level] ??= []).push(step);
  }
  return levels;
}
