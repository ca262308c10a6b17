import { messageOf } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import {
  type Brain,
  classifyIntent,
  ModelError,
  type NamedValue,
  predict,
  type Signature,
  UNKNOWN_INTENT,
} from '../../llm/index.ts';
import type { Intent, RoutedIntent } from './intent.ts';
import { matchIntent, withDefaults } from './match-intent.ts';
import { readSlot } from './slot-types.ts';

/** Asks a model a question and gives its typed answer. Rejects with ModelError. */
export type Ask = <Input, Output>(
  signature: Signature<Input, Output>,
  input: Input,
  signal: AbortSignal,
) => Promise<Output>;

export interface IntentRouterParts {
  readonly intents: readonly Intent[];
  /** Null: patterns alone decide. */
  readonly ask: Ask | null;
  readonly warn: (message: string) => void;
  /** How sure a model must be. Default: 0.7. */
  readonly minConfidence?: number;
  /** How long a model may take. Default: 30 s. */
  readonly timeoutMs?: number;
}

/** Asks the models of a brain; null where there are none. */
export function askOf(brain: Brain): Ask | null {
  if (brain.delegated) return null;
  return async (signature, input, signal) => {
    const model = brain.modelFor(signature.role);
    if (!model) throw new TypeError(`The brain ${brain.description} has no model for ${signature.role}.`);
    return (await predict(model, signature, input, { signal })).value;
  };
}

/** Finds out what a request means: by a model where there is one, and by patterns where it does not help. */
export class IntentRouter {
  private readonly byName: ReadonlyMap<string, Intent>;

  constructor(private readonly parts: IntentRouterParts) {
    this.byName = new Map(parts.intents.map((intent) => [intent.name, intent]));
  }

  /**
   * Patterns decide where the model fails, is late, unsure, knows no intent, or gives values that do not fit; what none
   * of them knows is UNKNOWN_INTENT. Rejects only with the reason of the signal. Safe to repeat.
   */
  async route(request: string, signal?: AbortSignal): Promise<RoutedIntent> {
    signal?.throwIfAborted();
    const byModel = await this.classify(request, signal);
    if (byModel && this.isComplete(byModel)) return byModel;
    const byRules = matchIntent(this.parts.intents, request);
    // A model that knows what is wanted, though not with which value, helps to ask for that.
    return byRules.intent === UNKNOWN_INTENT && byModel ? byModel : byRules;
  }

  private async classify(request: string, signal?: AbortSignal): Promise<RoutedIntent | null> {
    const { ask, intents, warn, minConfidence = 0.7, timeoutMs = 30_000 } = this.parts;
    if (!ask) return null;
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const input = { message: request, intents: intents.map(shown) };
      const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
      const { intent: name, confidence, parameters } = await ask(classifyIntent, input, both);
      const intent = this.byName.get(name);
      if (!intent || confidence < minConfidence) return null;
      const slots = valuesOf(intent, parameters);
      return slots && { intent: name, slots: withDefaults(intent, slots), by: 'model', confidence };
    } catch (error) {
      signal?.throwIfAborted();
      if (!deadline.aborted && !(error instanceof ModelError)) throw error;
      warn(`Patterns decide what is meant, as the model did not: ${messageOf(error)}`);
      return null;
    }
  }

  private isComplete({ intent, slots }: RoutedIntent): boolean {
    return this.byName.get(intent)?.slots.every(({ name }) => Object.hasOwn(slots, name)) ?? false;
  }
}

function shown({ name, description, examples, patterns, slots }: Intent) {
  return {
    name,
    description,
    examples: examples.length > 0 ? examples : patterns.slice(0, 2).map(({ text }) => text),
    parameters: slots.map((slot) => slot.name),
  };
}

/** The values as their slots have them; null where one does not fit its type. */
function valuesOf({ slots }: Intent, parameters: readonly NamedValue[]): Readonly<Record<string, Json>> | null {
  const values: Record<string, Json> = {};
  for (const { name, value } of parameters) {
    const slot = slots.find((each) => each.name === name);
    const read = slot && readSlot(slot.type, value.trim());
    if (!slot || read === null || read === undefined) return null;
    values[slot.name] = read;
  }
  return values;
}
