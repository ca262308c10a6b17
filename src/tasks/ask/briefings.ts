import { type HierarchicalContext, TaskMemory } from '../../context/index.ts';
import type { EventStore } from '../../events/index.ts';
import { estimatingCounter, type ModelCatalogue, tokenCounterFor, UNKNOWN_CONTEXT_TOKENS } from '../../llm/index.ts';
import { FileNotFoundError, TaskNotFoundError } from '../tasks.errors.ts';
import type { LiveTasks } from './live-tasks.ts';

/** For which file a briefing is, and for whom. */
export interface BriefingQuery {
  readonly path: string;
  /** What is to be done with it, in words. Default: ''. */
  readonly about?: string | undefined;
  /** A model, whose tokens count and whose window is the budget. Default: tokens are estimated. */
  readonly model?: string | undefined;
  /** The budget, where it is less than the window of the model. */
  readonly tokens?: number | undefined;
  /** Time travel: what was known by this stream sequence. Default: now. */
  readonly sequence?: number | undefined;
}

/** What whoever works on a file of a task has to know, at most 80 % of the budget. */
export interface Briefing {
  readonly taskId: string;
  readonly path: string;
  /** Stream sequence of the newest event that it knows. */
  readonly sequence: number;
  readonly model: string | null;
  readonly budgetTokens: number;
  readonly tokens: number;
  /** As it is told, in levels. */
  readonly text: string;
  readonly parts: HierarchicalContext['manifest'];
}

/**
 * Briefs who works on a file of a task and was not asked by its workflow: an agent, a person. Levels, relations and facts
 * as TaskMemory.contextFor has them.
 */
export class Briefings {
  constructor(
    private readonly events: Pick<EventStore, 'head' | 'getEvents'>,
    private readonly live: Pick<LiveTasks, 'withMemory'>,
    private readonly catalogue: ModelCatalogue,
  ) {}

  /**
   * Rejects with TaskNotFoundError, FileNotFoundError, and ContextTooLargeError where not even what is critical fits. The
   * same log, the same bytes.
   */
  async of(taskId: string, query: BriefingQuery): Promise<Briefing> {
    const head = await this.events.head(taskId);
    if (head === null) throw new TaskNotFoundError(taskId);
    const { path, about: text = '', sequence } = query;
    const model = query.model === undefined ? null : this.catalogue.describe(query.model);
    const counter = model === null ? estimatingCounter : await tokenCounterFor(model);
    const window = model?.contextTokens ?? query.tokens ?? UNKNOWN_CONTEXT_TOKENS;
    const budgetTokens = Math.min(window, query.tokens ?? window);
    const tell = (memory: TaskMemory): Briefing => {
      const { files } = memory;
      if (!files.includes(path)) throw new FileNotFoundError(taskId, path, { version: memory.codeVersion, files });
      const room = { budgetTokens, countTokens: (each: string) => counter.count(each) };
      const { text: told, tokens, manifest } = memory.contextFor({ module: path, text }, room);
      return {
        ...{ taskId, path, sequence: memory.sequence, model: model?.name ?? null, budgetTokens, tokens },
        text: told,
        parts: manifest,
      };
    };
    if (sequence === undefined || sequence >= head.streamSequence) return this.live.withMemory(taskId, tell);
    const past = new TaskMemory(taskId);
    await past.add(await this.events.getEvents(taskId, { until: sequence }));
    return tell(past);
  }
}
