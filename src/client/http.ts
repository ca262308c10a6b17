import { ConnectionError, type RequestIssue, TaskloomError } from './errors.ts';

export interface HttpRequest {
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly RequestIssue[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly correlationId?: string;
}

class Answer {
  constructor(
    readonly response: Response,
    readonly bytes: Uint8Array,
  ) {}

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }
}

/** Requests to one server, with its problem details as TaskloomError and everything else as ConnectionError. */
export class Http {
  constructor(
    readonly url: string,
    private readonly timeoutMs: number,
  ) {}

  /** The JSON of the answer; null where it has none. */
  async json<T>(method: string, path: string, request: HttpRequest = {}): Promise<T> {
    const { response, text } = await this.send(method, path, request);
    if (text === '') return null as T;
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new ConnectionError(this.url, `its answer to ${method} ${path} (${response.status}) is no JSON`, {
        cause: error,
      });
    }
  }

  async text(path: string, request: HttpRequest = {}): Promise<string> {
    return (await this.send('GET', path, request)).text;
  }

  async bytes(path: string, request: HttpRequest = {}): Promise<Uint8Array> {
    return (await this.send('GET', path, request)).bytes;
  }

  private async send(method: string, path: string, request: HttpRequest): Promise<Answer> {
    const { body, headers, signal } = request;
    const timeout = AbortSignal.timeout(this.timeoutMs);
    try {
      const response = await fetch(`${this.url}${path}${queryOf(request.query)}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const answer = new Answer(response, new Uint8Array(await response.arrayBuffer()));
      if (!response.ok) throw this.failure(response, answer.text);
      return answer;
    } catch (error) {
      if (error instanceof TaskloomError || error instanceof ConnectionError) throw error;
      if (signal?.aborted) throw error;
      if (timeout.aborted)
        throw new ConnectionError(this.url, `no answer within ${this.timeoutMs} ms`, { cause: error });
      throw new ConnectionError(this.url, reasonOf(error), { cause: error });
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

function queryOf(query: HttpRequest['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size > 0 ? `?${given.toString()}` : '';
}

/** fetch says only "fetch failed": what happened stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
