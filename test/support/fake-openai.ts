import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The parts of a chat completion request that the tests look at. */
export interface CompletionRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly response_format?: {
    readonly type: string;
    readonly json_schema?: { readonly schema: unknown; readonly strict?: boolean };
  };
}

export type CompletionAnswer =
  | string
  | {
      readonly text: string;
      /** Default: stop. Null: the stream ends without saying why. */
      readonly finishReason?: 'stop' | 'length' | 'content_filter' | null;
      /** Awaited before the first chunk, headers included. */
      readonly beforeFirstToken?: (signal: AbortSignal) => Promise<unknown>;
      /** Kills the socket, or sends an error object, after half of the text. */
      readonly breakOff?: 'socket' | 'error';
    }
  | { readonly status: number; readonly error: object; readonly headers?: Readonly<Record<string, string>> };

/** A small server that speaks OpenAI's chat completions (streamed) and models, on loopback, answering from a script. */
export class FakeOpenAi implements AsyncDisposable {
  readonly completions: CompletionRequest[] = [];
  /** Authorization headers, in order. */
  readonly authorizations: (string | undefined)[] = [];
  disconnects = 0;
  private readonly server: Server;
  private readonly watchers = new Set<() => void>();

  private constructor(
    public respond: (request: CompletionRequest) => CompletionAnswer,
    private readonly models: readonly string[],
  ) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  static async start(
    respond: (request: CompletionRequest) => CompletionAnswer,
    models: readonly string[] = ['qwen3:8b', 'mistral:7b'],
  ): Promise<FakeOpenAi> {
    const fake = new FakeOpenAi(respond, models);
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** What goes into OPENAI_BASE_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private changed(): void {
    for (const look of [...this.watchers]) look();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      if (response.writableFinished) return;
      this.disconnects++;
      gone.abort(new Error('the client is gone'));
      this.changed();
    });
    this.authorizations.push(request.headers.authorization);
    if (request.url === '/v1/models') {
      return sendJson(response, 200, { object: 'list', data: this.models.map((id) => ({ id, object: 'model' })) });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as CompletionRequest;
    this.completions.push(asked);
    this.changed();
    const scripted = this.respond(asked);
    const answer = typeof scripted === 'string' ? { text: scripted } : scripted;
    if ('status' in answer) return sendJson(response, answer.status, { error: answer.error }, answer.headers);
    try {
      await answer.beforeFirstToken?.(gone.signal);
      await stream(response, asked, answer);
    } catch {
      response.destroy();
    }
  }
}

async function stream(
  response: ServerResponse,
  asked: CompletionRequest,
  answer: Extract<CompletionAnswer, { text: string }>,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (data: object) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  const chunk = (delta: object, finishReason: string | null = null) =>
    send({
      id: 'completion-1',
      object: 'chat.completion.chunk',
      created: 0,
      model: asked.model,
      choices: [{ index: 0, delta, finish_reason: finishReason }],
    });
  const pieces = answer.text.match(/[\s\S]{1,5}/g) ?? [];
  chunk({ role: 'assistant', content: '' });
  for (const [index, piece] of pieces.entries()) {
    if (answer.breakOff && index >= pieces.length / 2) {
      if (answer.breakOff === 'error') send({ error: { message: 'the engine fell over', type: 'server_error' } });
      await new Promise((resolve) => setImmediate(resolve));
      return void (answer.breakOff === 'error' ? response.end() : response.socket?.destroy());
    }
    chunk({ content: piece });
  }
  if (answer.finishReason !== null) chunk({}, answer.finishReason ?? 'stop');
  send({
    id: 'completion-1',
    object: 'chat.completion.chunk',
    created: 0,
    model: asked.model,
    choices: [],
    usage: { prompt_tokens: 11, completion_tokens: pieces.length, total_tokens: 11 + pieces.length },
  });
  response.end('data: [DONE]\n\n');
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers?: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
