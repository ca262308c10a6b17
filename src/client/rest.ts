import { ConnectionError, type RequestIssue, TaskloomError } from './errors.ts';
import { type Client, createClient, createConfig } from './generated/client/index.ts';

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly RequestIssue[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly correlationId?: string;
}

/** What the functions of the generated client are called with besides their own options. */
export interface Via {
  readonly client: Client;
  readonly throwOnError: true;
}

/** Requests to one server, with its problem details as TaskloomError and everything else as ConnectionError. */
export class Rest {
  readonly via: Via;
  private readonly headers: Record<string, string>;

  constructor(
    private readonly url: string,
    private readonly timeoutMs: number,
    private readonly key?: string,
    private readonly userAgent?: string,
  ) {
    this.headers = {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    };
    const client = createClient(
      createConfig({
        baseUrl: url,
        headers: this.headers,
        fetch: (input, init) => this.fetch(new Request(input, init)),
      }),
    );
    this.via = { client, throwOnError: true };
  }

  /** The same server with more time to answer. */
  withMoreTime(ms: number): Rest {
    return new Rest(this.url, this.timeoutMs + ms, this.key, this.userAgent);
  }

  /** What a generated function answers, as it is declared. */
  async answer<T>(answer: Promise<{ data: T }>): Promise<T> {
    try {
      return (await answer).data;
    } catch (error) {
      if (error instanceof SyntaxError) throw new ConnectionError(this.url, 'its answer is no JSON', { cause: error });
      throw error;
    }
  }

  /** The same, where it could also be text and was asked for as JSON. */
  async object<T>(answer: Promise<{ data: T }>): Promise<Exclude<T, string>> {
    const data = await this.answer(answer);
    if (typeof data !== 'string') return data as Exclude<T, string>;
    throw new ConnectionError(this.url, 'it answers text instead of JSON');
  }

  /** The same, where it could also be JSON and was asked for as text. */
  async text(answer: Promise<{ data: unknown }>): Promise<string> {
    const data = await this.answer(answer);
    if (typeof data === 'string') return data;
    throw new ConnectionError(this.url, 'it answers JSON instead of text');
  }

  /** The bytes of an answer of any length, as they come; each piece within the time. */
  async *stream(path: string, query: object): AsyncGenerator<Uint8Array, void, undefined> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), this.timeoutMs);
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const url = `${this.url}${path}?${new URLSearchParams(given as [string, string][]).toString()}`;
    try {
      const { headers } = this;
      const response = await fetch(url, { headers, redirect: 'error', signal: silence.signal });
      if (!response.ok) throw this.failure(response, await response.text());
      for await (const piece of response.body ?? []) {
        timer.refresh();
        yield piece as Uint8Array;
      }
    } catch (error) {
      if (error instanceof TaskloomError || error instanceof ConnectionError) throw error;
      const reason = silence.signal.aborted ? `no answer within ${this.timeoutMs} ms` : reasonOf(error);
      throw new ConnectionError(this.url, reason, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The whole answer within the time, if it is a good one. */
  private async fetch(request: Request): Promise<Response> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    try {
      const signal = AbortSignal.any([request.signal, timeout]);
      const response = await fetch(request, { redirect: 'error', signal });
      const bytes = await response.arrayBuffer();
      if (!response.ok) throw this.failure(response, new TextDecoder().decode(bytes));
      const { status, headers } = response;
      return new Response(bytes.byteLength === 0 ? null : bytes, { status, headers });
    } catch (error) {
      if (error instanceof TaskloomError || error instanceof ConnectionError || request.signal.aborted) throw error;
      const reason = timeout.aborted ? `no answer within ${this.timeoutMs} ms` : reasonOf(error);
      throw new ConnectionError(this.url, reason, { cause: error });
    }
  }

  private failure(response: Response, text: string): Error {
    const problem = problemOf(text);
    if (!problem) return new ConnectionError(this.url, `it answers ${response.status} and not as a Taskloom server`);
    const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
    return new TaskloomError(problem.code, problem.detail, {
      ...problem,
      status: response.status,
      retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : null,
    });
  }
}

function problemOf(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    const isProblem =
      typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'status' in value;
    return isProblem ? (value as unknown as Problem) : null;
  } catch {
    return null;
  }
}

/** fetch says only "fetch failed": what happened stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
