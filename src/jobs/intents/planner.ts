import type { Json } from '../../kernel/json.ts';
import { type GraphStep, intentToGraph } from '../../llm/index.ts';
import { graphOfExpression } from '../calculator/expression-graph.ts';
import { textOf } from '../graph/references.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import type { ToDo } from '../graph/to-do.ts';
import { MissingSlotError, NoPlannerModelError, UnknownIntentError } from '../jobs.errors.ts';
import type { Intent, RoutedIntent } from './intent.ts';
import type { Ask } from './intent-router.ts';
import { fillSlots } from './slot-templates.ts';

export interface PlannerParts {
  readonly intents: readonly Intent[];
  /** Null: intents whose steps a model makes are refused. */
  readonly ask: Ask | null;
  /** What steps can do, as a model is told. */
  readonly actions: readonly { readonly name: string; readonly description: string }[];
  /** How long a model may take. Default: 120 s. */
  readonly timeoutMs?: number;
}

/** Makes the steps that carry out what a request means. */
export class Planner {
  constructor(private readonly parts: PlannerParts) {}

  /**
   * Rejects with UnknownIntentError, MissingSlotError, UnsafeSlotError, NoPlannerModelError, a ModelError, or the errors
   * of TaskGraph.read. Safe to repeat.
   */
  async plan(routed: RoutedIntent, request: string, signal?: AbortSignal): Promise<TaskGraph> {
    const { intents } = this.parts;
    const intent = intents.find(({ name }) => name === routed.intent);
    if (!intent) {
      throw new UnknownIntentError(
        request,
        intents.map(({ name }) => name),
      );
    }
    const missing = intent.slots.find(({ name }) => !Object.hasOwn(routed.slots, name));
    if (missing) throw new MissingSlotError(intent.name, missing.name, missing.type, missing.description);
    switch (intent.plan.kind) {
      case 'steps':
        return TaskGraph.read(intent.plan.steps.map((step) => filled(step, routed.slots)));
      case 'calculator':
        return graphOfExpression(textOf(routed.slots.expression ?? ''));
      case 'model':
        return this.askModel(intent, routed, request, signal);
    }
  }

  private async askModel(intent: Intent, { slots }: RoutedIntent, message: string, signal?: AbortSignal) {
    const { ask, actions, timeoutMs = 120_000 } = this.parts;
    if (!ask) throw new NoPlannerModelError(intent.name);
    const deadline = AbortSignal.timeout(timeoutMs);
    const parameters = Object.entries(slots).map(([name, value]) => ({ name, value: textOf(value) }));
    const input = { intent: `${intent.name}: ${intent.description}`, message, parameters, actions };
    const { steps } = await ask(intentToGraph, input, signal ? AbortSignal.any([signal, deadline]) : deadline);
    return TaskGraph.read(steps.map(toDoOf));
  }
}

/** A template with values in all its texts; its id, action and edges are fixed. */
function filled(step: ToDo, slots: Readonly<Record<string, Json>>) {
  const asText = (text: string | null) => (text === null ? null : textOf(fillSlots(text, slots)));
  return {
    ...step,
    selector: asText(step.selector),
    text: asText(step.text),
    params: fillSlots(step.params, slots),
  };
}

function toDoOf({ params, ...step }: GraphStep) {
  return { ...step, params: Object.fromEntries(params.map(({ name, value }) => [name, value])) };
}
