import { z } from 'zod';
import type { Json } from '../../kernel/json.ts';
import { jsonObject } from '../json-value.ts';
import type { ContextMemory } from '../memory/context-memory.ts';
import { type ExecutionContext, SchemaExecutor } from './executor.ts';

const rememberParams = z.strictObject({
  text: z.string().trim().min(1).max(4000),
  title: z.string().trim().min(1).max(200).optional(),
  /** Where it comes from, such as the name of a portal. */
  subject: z.string().trim().min(1).max(200).default('jobs'),
  metadata: jsonObject().default({}),
});

type RememberParams = z.infer<typeof rememberParams>;
type Remembered = { readonly id: string | null };

/** Keeps a text for good. Safe to repeat: the same text is one entry. */
export class RememberExecutor extends SchemaExecutor<RememberParams, Remembered> {
  override readonly action = 'remember';
  override readonly description =
    'Remembers a text for good; params: text, title, subject, metadata. Result: id, or null where a person had it forgotten';
  override readonly timeoutMs = 10_000;
  protected override readonly schema = rememberParams;

  constructor(private readonly memory: ContextMemory) {
    super();
  }

  protected override async perform(params: RememberParams, { signal }: ExecutionContext): Promise<Remembered> {
    signal.throwIfAborted();
    return { id: (await this.memory.store(params))?.id ?? null };
  }

  protected override judge(): string | null {
    return null;
  }
}

const recallParams = z.strictObject({
  query: z.string().trim().min(1).max(4000),
  limit: z.int().min(1).max(50).default(5),
  /** How many have to be found at least. */
  atLeast: z.int().min(0).max(50).default(0),
});

type RecallParams = z.infer<typeof recallParams>;
type Recalled = { readonly found: readonly { readonly [key: string]: Json }[] };

/** Finds what was remembered, by words and by meaning. */
export class RecallExecutor extends SchemaExecutor<RecallParams, Recalled> {
  override readonly action = 'recall';
  override readonly description =
    'Finds what was remembered; params: query, limit, atLeast. Result: found, the best first, each with text, title, subject, metadata';
  override readonly timeoutMs = 10_000;
  protected override readonly schema = recallParams;

  constructor(private readonly memory: ContextMemory) {
    super();
  }

  protected override async perform({ query, limit }: RecallParams, { signal }: ExecutionContext): Promise<Recalled> {
    signal.throwIfAborted();
    return { found: (await this.memory.search(query, limit)).map((each) => ({ ...each })) };
  }

  protected override judge({ atLeast }: RecallParams, { found }: Recalled): string | null {
    return found.length < atLeast ? `${found.length} texts were found, not ${atLeast}` : null;
  }
}
