import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accept, type Accepted, type ChatBody, formatProblem, isRefusal, say } from './fake-ollama/chat.ts';
import { numberOption } from './fake-ollama/options.ts';
import type { FakeModel, FakeOllamaOptions, Respond } from './fake-ollama/script.ts';
import { Slots } from './fake-ollama/slots.ts';
import { embed, tokenize } from './fake-ollama/tokens.ts';

export type * from './fake-ollama/script.ts';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Parsed JSON; null where there was no body. */
  readonly body: unknown;
}

/**
 * An Ollama server for tests, true to the protocol, with a script in place of the weights. It listens on loopback and
 * can be stopped and started again on the same port. `await using ollama = await FakeOllama.start({ respond: … })`
 */
export class FakeOllama implements AsyncDisposable {
  /** Everything that was asked, in order of arrival. */
  readonly requests: ReceivedRequest[] = [];
  /** Clients that went away before their answer was complete: each stopped its generation. */
  disconnects = 0;
  /** How often each model was loaded: once, and again whenever num_ctx changed. */
  readonly loads = new Map<string, number>();
  /** Tokens sent in all. */
  tokensSent = 0;
  respond: Respond;

  private readonly models = new Map<string, FakeModel>();
  private readonly loadedNumCtx = new Map<string, string>();
  private readonly slots: Slots;
  private readonly brokenByScript = new WeakSet<ServerResponse>();
  private readonly watchers = new Set<() => void>();
  private server: Server | null = null;
  private port: number;
  private readonly options: FakeOllamaOptions;

  private constructor(options: FakeOllamaOptions) {
    this.options = options;
    this.respond = options.respond;
    this.port = options.port ?? 0;
    this.slots = new Slots(options.parallel ?? 1, options.maxQueue ?? 512);
    for (const model of options.models ?? ['qwen3:8b', 'mistral:7b']) this.pull(model);
  }

  static async start(options: FakeOllamaOptions): Promise<FakeOllama> {
    const fake = new FakeOllama(options);
    await fake.restart();
    return fake;
  }

  /** What goes into OLLAMA_BASE_URL; the same after a restart. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The bodies of all chat requests. */
  get chats(): readonly ChatBody[] {
    return this.requests.filter(({ path }) => path === '/api/chat').map(({ body }) => body as ChatBody);
  }

  /** `ollama pull`: from now on the model is there. */
  pull(model: FakeModel | string): void {
    const known = typeof model === 'string' ? { name: model } : model;
    this.models.set(fullName(known.name), known);
  }

  /** `ollama rm`. */
  remove(name: string): void {
    this.models.delete(fullName(name));
    this.loadedNumCtx.delete(fullName(name));
  }

  /** Listens (again), on the same port as before. Loaded models are forgotten, what was counted is kept. */
  async restart(): Promise<void> {
    await this.stop();
    this.loadedNumCtx.clear();
    const server = createServer((request, response) => void this.handle(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Ends all connections: from now on they are refused. */
  async stop(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Resolves as soon as `condition` holds; looked at after every request, token and disconnect. */
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
    await this.stop();
  }

  private changed(): void {
    for (const look of [...this.watchers]) look();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      if (response.writableFinished) return;
      if (this.server && !this.brokenByScript.has(response)) this.disconnects++;
      gone.abort(new Error('the client is gone'));
      this.changed();
    });
    try {
      const body = await readBody(request);
      const { pathname } = new URL(request.url ?? '/', this.url);
      this.requests.push({ method: request.method ?? 'GET', path: pathname, body });
      this.changed();
      await this.route(pathname, body, response, gone.signal);
    } catch (error) {
      if (gone.signal.aborted || response.destroyed) return;
      if (response.headersSent) response.destroy();
      else refuse(response, 500, error instanceof Error ? error.message : String(error));
    }
  }

  private async route(path: string, body: unknown, response: ServerResponse, signal: AbortSignal): Promise<void> {
    switch (path) {
      case '/':
        return void response.end('Ollama is running');
      case '/api/version':
        return json(response, { version: '0.32.9' });
      case '/api/tags':
        return json(response, {
          models: [...this.models.keys()].map((name) => ({ name, model: name, size: 4_000_000_000 })),
        });
      case '/api/ps':
        return json(response, { models: this.running() });
      case '/api/show':
        return this.show(body as { model?: string }, response);
      case '/api/embed':
        return this.embed(body as EmbedBody, response);
      case '/api/chat':
        return this.chat(body as ChatBody, response, signal);
      default:
        response.writeHead(404).end('404 page not found');
    }
  }

  private running(): object[] {
    return [...this.loadedNumCtx].map(([name, loaded]) => ({
      name,
      model: name,
      context_length: Number(loaded.split('/')[0]),
    }));
  }

  private show({ model: name }: { model?: string }, response: ServerResponse): void {
    const model = this.models.get(fullName(name ?? ''));
    if (!model) return refuse(response, 404, `model '${name}' not found`);
    const architecture = model.architecture ?? 'llama';
    json(response, {
      details: { family: architecture, format: 'gguf' },
      model_info: {
        'general.architecture': architecture,
        [`${architecture}.context_length`]: model.contextLength ?? 32_768,
      },
      capabilities: model.capabilities ?? ['completion'],
    });
  }

  private embed(body: EmbedBody, response: ServerResponse): void {
    const model = this.models.get(fullName(body.model ?? ''));
    if (!model) return refuse(response, 404, `model '${body.model}' not found`);
    const inputs = typeof body.input === 'string' ? [body.input] : (body.input ?? []);
    const limit = Math.min(numberOption(body.options ?? {}, 'num_ctx', 4096), model.contextLength ?? 32_768);
    const tokens = inputs.map(tokenize);
    if (body.truncate === false && tokens.some((each) => each.length > limit)) {
      return refuse(response, 400, 'the input length exceeds the context length');
    }
    const kept = tokens.map((each) => each.slice(0, limit));
    json(response, {
      model: body.model,
      embeddings: kept.map((each) => embed(each.join(''))),
      prompt_eval_count: kept.reduce((sum, each) => sum + each.length, 0),
    });
  }

  private async chat(body: ChatBody, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const model = this.models.get(fullName(body.model ?? ''));
    if (!model) return refuse(response, 404, `model '${body.model}' not found`);
    const accepted = accept(body, model, this.chats.length - 1, this.options.beforeTruncateOption ?? false);
    if (isRefusal(accepted)) return refuse(response, accepted.status, accepted.error);
    if (this.slots.isFull) {
      return refuse(response, 503, 'server busy, please try again.  maximum pending requests exceeded');
    }
    const release = await this.slots.take(signal);
    try {
      await this.answer(accepted, response, signal);
    } finally {
      release();
    }
  }

  private async answer(accepted: Accepted, response: ServerResponse, signal: AbortSignal): Promise<void> {
    this.load(fullName(accepted.request.model), `${accepted.numCtx}/${accepted.shift}`);
    const scripted = await this.respond(accepted.request);
    const reply = typeof scripted === 'string' ? { text: scripted } : scripted;
    if (isRefusal(reply)) return refuse(response, reply.status, reply.error, reply.headers);
    const problem = formatProblem(accepted.request, reply);
    if (problem) return refuse(response, 500, problem);
    const end = await say(response, accepted, reply, signal, () => {
      this.tokensSent++;
      this.changed();
    });
    if (end === 'deadSocket') {
      this.brokenByScript.add(response);
      response.socket?.destroy();
    }
  }

  private load(name: string, runner: string): void {
    if (this.loadedNumCtx.get(name) === runner) return;
    this.loadedNumCtx.set(name, runner);
    this.loads.set(name, (this.loads.get(name) ?? 0) + 1);
  }
}

interface EmbedBody {
  readonly model?: string;
  readonly input?: string | readonly string[];
  readonly truncate?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

function fullName(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

function refuse(
  response: ServerResponse,
  status: number,
  error: string,
  headers?: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify({ error }));
}
