import type { EventType } from '../../events/index.ts';

/** Makes the system prompt for a model. */
export type PromptMaker = (model: string) => string | Promise<string>;

export interface SystemPromptOptions {
  /** Told when a maker failed for the last time and the fallback stands in. */
  readonly report: (eventType: string, error: unknown) => void;
  /** For event types without a maker. Default: GENERAL_PROMPT. */
  readonly general?: PromptMaker;
  /** Stands in when the maker of an event type fails. Default: GENERAL_PROMPT. */
  readonly fallback?: (eventType: EventType) => string;
  /** How often a failing maker is called. Default: 3. */
  readonly attempts?: number;
}

export const GENERAL_PROMPT =
  'You are a careful software engineer. Do exactly what the task asks, use only what you are told, and say what is missing.';

/** What the general prompt is kept under, one for each model, however many event types are unknown. */
const GENERAL = '(general)';

/**
 * System prompts, made once for each event type and model and then the same to the byte, so that a local server can reuse
 * what it computed for them. A prompt asked for twice at once is made once. What a fallback stood in for is tried again.
 */
export class SystemPromptCache {
  private prompts = new Map<string, Promise<string>>();

  constructor(
    private readonly makers: ReadonlyMap<EventType, PromptMaker>,
    private readonly options: SystemPromptOptions,
  ) {}

  /** Never rejects. */
  get(eventType: EventType, model: string): Promise<string> {
    const maker = this.makers.get(eventType);
    const key = JSON.stringify([maker ? eventType : GENERAL, model]);
    const known = this.prompts.get(key);
    if (known) return known;
    const made = this.make(maker ?? this.options.general ?? (() => GENERAL_PROMPT), eventType, model, key);
    this.prompts.set(key, made);
    return made;
  }

  /** All prompts are made anew when they are next asked for; those on their way go only to who asked for them. */
  clear(): void {
    this.prompts = new Map();
  }

  get size(): number {
    return this.prompts.size;
  }

  private async make(maker: PromptMaker, eventType: EventType, model: string, key: string): Promise<string> {
    const { prompts } = this;
    const { attempts = 3, fallback = () => GENERAL_PROMPT, report } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await maker(model);
      } catch (error) {
        if (attempt < attempts) continue;
        prompts.delete(key);
        report(eventType, error);
        return fallback(eventType);
      }
    }
  }
}
