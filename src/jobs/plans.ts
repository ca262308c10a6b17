import type { EventPayloads } from '../events/index.ts';
import type { Issue } from '../kernel/errors.ts';
import { UNKNOWN_INTENT } from '../llm/index.ts';
import type { ExecutorRegistry } from './executors/executor-registry.ts';
import { type ToDo, wellKnownActions } from './graph/to-do.ts';
import type { Intent, RoutedIntent } from './intents/intent.ts';
import { type Ask, IntentRouter } from './intents/intent-router.ts';
import { matchIntent } from './intents/match-intent.ts';
import { Planner } from './intents/planner.ts';
import { InvalidGraphError, UnknownIntentError } from './jobs.errors.ts';
import type { JobPlanner } from './new-job.ts';
import type { Wish } from './workflow/job-workflow.ts';

export interface PlansParts {
  readonly intents: readonly Intent[];
  /** Null: there is no model, and patterns alone decide. */
  readonly ask: Ask | null;
  readonly executors: ExecutorRegistry;
  readonly warn: (message: string) => void;
}

/** How jobs get their steps: at once by rules where these suffice, and else by a model once the job has a slot. */
export class Plans implements JobPlanner {
  private readonly router: IntentRouter;
  private readonly planner: Planner;

  constructor(private readonly parts: PlansParts) {
    this.router = new IntentRouter(parts);
    this.planner = new Planner({ ...parts, actions: parts.executors.actions });
  }

  async plan({
    intent,
    params,
    request,
  }: Wish): Promise<{ readonly intent: string; readonly steps: readonly ToDo[] } | null> {
    const { intents, ask } = this.parts;
    if (intent === '' && ask) return null;
    const routed = intent === '' ? matchIntent(intents, request ?? '') : named(intent, params);
    if (routed.intent === UNKNOWN_INTENT) throw this.unknown(request ?? '');
    const known = intents.find(({ name }) => name === routed.intent);
    if (known?.plan.kind === 'model' && ask) return null;
    const { steps } = await this.planner.plan(routed, request ?? intent);
    return { intent: routed.intent, steps };
  }

  /** Asks the model where there is one. Rejects with UnknownIntentError and its kin, or with a ModelError. */
  async planWithModel(
    { intent, params, request }: Wish,
    signal: AbortSignal,
    agentsCan: ReadonlySet<string>,
  ): Promise<EventPayloads['JOB_PLANNED']> {
    const routed = intent === '' ? await this.router.route(request ?? '', signal) : named(intent, params);
    if (routed.intent === UNKNOWN_INTENT) throw this.unknown(request ?? '');
    const { steps } = await this.planner.plan(routed, request ?? intent, signal);
    const issues = this.check(steps, 'steps', agentsCan);
    if (issues.length > 0) throw new InvalidGraphError(issues);
    return { intent: routed.intent, steps, by: routed.by };
  }

  check(steps: readonly ToDo[], at: string, others: ReadonlySet<string>): readonly Issue[] {
    const { executors } = this.parts;
    const known = new Set([...executors.actions.map(({ name }) => name), ...others, ...wellKnownActions]);
    return steps.flatMap((step, index): readonly Issue[] => {
      const where = `${at}[${index}]`;
      if (executors.has(step.action)) return executors.get(step.action).issues(step, where);
      const absent = others.has(step.action) ? null : executors.whyAbsent(step.action);
      if (absent !== null) return [{ path: `${where}.action`, message: absent }];
      if (known.has(step.action)) return [];
      const message = `"${step.action}" is no action that anybody does: give one of ${[...known].sort().join(', ')}, or register an agent that does it`;
      return [{ path: `${where}.action`, message }];
    });
  }

  private unknown(request: string): UnknownIntentError {
    return new UnknownIntentError(
      request,
      this.parts.intents.map(({ name }) => name),
    );
  }
}

function named(intent: string, slots: Wish['params']): RoutedIntent {
  return { intent, slots, by: 'rules', confidence: 1 };
}
