import { FakeOllama, type FakeChatRequest } from './fake-ollama.ts';

/** What is asked of the model, as far as a script needs to know. */
export interface Asked {
  /** The signature, told from the instructions. */
  readonly signature: 'PlanTask' | 'WriteTests' | 'GenerateModule' | 'CorrectModule';
  /** The file to write; null for a plan. */
  readonly path: string | null;
  readonly prompt: string;
}

type Script = (asked: Asked) => object;

/** A local model with a script that can be held up before an answer: `hold(…)`, then `release()`. */
export class GatedModel implements AsyncDisposable {
  /** Every question in its order. */
  readonly asked: Asked[] = [];
  private held: ((asked: Asked) => boolean) | null = null;
  private opened = Promise.withResolvers<void>();
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly ollama: FakeOllama,
    public script: Script,
  ) {}

  static async start(script: Script): Promise<GatedModel> {
    const ollama = await FakeOllama.start({
      parallel: 8,
      respond: () => {
        throw new Error('not ready');
      },
    });
    const model = new GatedModel(ollama, script);
    ollama.respond = (request) => model.reply(request);
    return model;
  }

  /** From now on questions of this kind get no answer until `release`. */
  hold(isHeld: (asked: Asked) => boolean): void {
    this.held = isHeld;
    this.opened = Promise.withResolvers();
  }

  release(): void {
    this.held = null;
    this.opened.resolve();
  }

  /** Resolves once a question of this kind has come. */
  async wasAsked(isMeant: (asked: Asked) => boolean): Promise<void> {
    while (!this.asked.some(isMeant)) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.ollama.stop();
  }

  private reply({ messages, format }: FakeChatRequest) {
    const asked = readQuestion(messages, format);
    this.asked.push(asked);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    const text = JSON.stringify(this.script(asked));
    return this.held?.(asked) ? { text, beforeFirstToken: () => this.opened.promise } : { text };
  }
}

function readQuestion(messages: FakeChatRequest['messages'], format: unknown): Asked {
  const prompt = messages.at(-1)?.content ?? '';
  const schema = format as { properties?: { path?: { enum?: string[]; const?: string } } };
  const path = schema.properties?.path?.enum?.[0] ?? schema.properties?.path?.const ?? null;
  if (path === null) return { signature: 'PlanTask', path, prompt };
  const system = messages[0]?.content ?? '';
  if (system.startsWith('You correct')) return { signature: 'CorrectModule', path, prompt };
  return {
    signature: system.startsWith('You write one test file') ? 'WriteTests' : 'GenerateModule',
    path,
    prompt,
  };
}
