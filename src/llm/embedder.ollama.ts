import { z } from 'zod';
import { withDeadline } from './deadline.ts';
import { Embedder, type EmbedderOptions, MAX_VECTORS_BYTES, vectorsOf } from './embedder.ts';
import { readText } from './http-call.ts';
import { ollamaPost, reaching } from './ollama-profile.ts';

const answerShape = z.object({ embeddings: z.array(z.array(z.number())) });

/** An embedding model of an Ollama server, over /api/embed. What is too long for the model is cut by the server. */
export class OllamaEmbedder extends Embedder {
  readonly model: string;

  constructor(private readonly options: EmbedderOptions) {
    super();
    this.model = options.model;
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]> {
    const { baseUrl, model, timeoutMs } = this.options;
    const url = `${baseUrl}/api/embed`;
    return withDeadline(model, timeoutMs, signal, async (inTime) => {
      const answer = await ollamaPost(url, model, { model, input: texts, truncate: true }, inTime);
      const body = await reaching(model, url, () => readText(answer, MAX_VECTORS_BYTES));
      return vectorsOf(model, texts.length, () => answerShape.parse(JSON.parse(body)).embeddings);
    });
  }
}
