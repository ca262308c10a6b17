import { type HttpAnswer, httpCall, readText, retryAfterMsOf } from './http-call.ts';
import { ModelError, ModelMissingError, ModelRefusedError, ModelUnavailableError } from './llm.errors.ts';

/** What decides how a model is asked: one value of `numCtx` for ever, as a change makes Ollama load it again. */
export interface OllamaProfile {
  /** What the model was trained for; null where the server does not say. */
  readonly contextLength: number | null;
  readonly capabilities: readonly string[];
  /** The value of `think`: off where a model can think, and the least that gpt-oss, which always thinks, allows. */
  readonly think: false | 'low';
}

interface ShowAnswer {
  readonly model_info?: Readonly<Record<string, unknown>>;
  readonly capabilities?: readonly string[];
}

/** Asks /api/show. Rejects with ModelMissingError (and its pull line), ModelUnavailableError or ModelRefusedError. */
export async function readOllamaProfile(baseUrl: string, model: string, signal?: AbortSignal): Promise<OllamaProfile> {
  const url = `${baseUrl}/api/show`;
  const answer = await ollamaPost(url, model, { model }, signal);
  const shown = await reaching(model, url, async () => JSON.parse(await readText(answer)) as ShowAnswer);
  const info = shown.model_info ?? {};
  const architecture = info['general.architecture'];
  const contextLength = typeof architecture === 'string' ? info[`${architecture}.context_length`] : null;
  return {
    contextLength: typeof contextLength === 'number' && contextLength > 0 ? contextLength : null,
    capabilities: shown.capabilities ?? [],
    think: architecture === 'gptoss' ? 'low' : false,
  };
}

/** Posts JSON and answers only a 200; everything else is the typed error it stands for. */
export async function ollamaPost(url: string, model: string, body: object, signal?: AbortSignal): Promise<HttpAnswer> {
  const answer = await reaching(model, url, () =>
    httpCall({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    }),
  );
  if (answer.status === 200) return answer;
  throw refusal(model, answer, await reaching(model, url, () => readText(answer)));
}

/** Turns what a socket says into ModelUnavailableError. */
export async function reaching<T>(model: string, url: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ModelError) throw error;
    const said = error instanceof AggregateError ? error.errors.map(String).join(', ') : String(error);
    throw new ModelUnavailableError(`Ollama (${model})`, `${new URL(url).origin}: ${said}`, null, { cause: error });
  }
}

function refusal(model: string, answer: HttpAnswer, body: string): Error {
  const { status } = answer;
  const said = errorOf(body);
  if (status === 404) return new ModelMissingError(model, `ollama pull ${model}`);
  if (status >= 300 && status < 400) {
    return new ModelRefusedError(
      model,
      status,
      `redirects to ${answer.headers.location}: set OLLAMA_BASE_URL to where it ends`,
    );
  }
  if (status === 408 || status === 429 || status >= 500) {
    return isOptionError(said)
      ? new ModelRefusedError(model, status, said)
      : new ModelUnavailableError(`Ollama (${model})`, `${status} ${said}`, retryAfterMsOf(answer.headers));
  }
  return new ModelRefusedError(model, status, said);
}

/** Ollama answers 500 to an option of a wrong type: no outage, and no better the next time. */
function isOptionError(said: string): boolean {
  return /^option .* must be of type/.test(said);
}

function errorOf(body: string): string {
  try {
    const parsed = JSON.parse(body) as { error?: unknown };
    if (typeof parsed.error === 'string') return parsed.error;
  } catch {
    // Not Ollama's own words: a proxy's page, or nothing.
  }
  return body.slice(0, 200) || 'without a word';
}
