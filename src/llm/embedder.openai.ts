import { z } from 'zod';
import { withDeadline } from './deadline.ts';
import { Embedder, type EmbedderOptions, MAX_VECTORS_BYTES, vectorsOf } from './embedder.ts';
import { httpCall, readText, retryAfterMsOf } from './http-call.ts';
import { ModelRefusedError, ModelUnavailableError } from './llm.errors.ts';

const answerShape = z.object({ data: z.array(z.object({ index: z.number(), embedding: z.array(z.number()) })) });

/** An embedding model of an OpenAI-compatible server, over /embeddings. */
export class OpenAiEmbedder extends Embedder {
  readonly model: string;

  constructor(private readonly options: EmbedderOptions & { readonly apiKey?: string | undefined }) {
    super();
    this.model = options.model;
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]> {
    const { model, timeoutMs } = this.options;
    return withDeadline(model, timeoutMs, signal, async (inTime) => {
      const body = await this.ask({ model, input: texts }, inTime);
      return vectorsOf(model, texts.length, () =>
        answerShape
          .parse(JSON.parse(body))
          .data.toSorted((a, b) => a.index - b.index)
          .map(({ embedding }) => embedding),
      );
    });
  }

  private async ask(body: object, signal: AbortSignal): Promise<string> {
    const { baseUrl, apiKey, model } = this.options;
    const url = `${baseUrl}/embeddings`;
    const headers = {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    };
    try {
      const answer = await httpCall({ url, method: 'POST', headers, body: JSON.stringify(body), signal });
      const text = await readText(answer, MAX_VECTORS_BYTES);
      if (answer.status === 200) return text;
      const said = text.slice(0, 200) || 'without a word';
      if (answer.status < 429) throw new ModelRefusedError(model, answer.status, said);
      throw new ModelUnavailableError(model, `${answer.status} ${said}`, retryAfterMsOf(answer.headers));
    } catch (error) {
      if (error instanceof ModelRefusedError || error instanceof ModelUnavailableError) throw error;
      throw new ModelUnavailableError(model, `${new URL(url).origin}: ${String(error)}`, null, { cause: error });
    }
  }
}
