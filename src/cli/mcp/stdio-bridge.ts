import type { Readable } from 'node:stream';
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  parseJSONRPCMessage,
} from '@modelcontextprotocol/client';
import { sleep } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { lines, TOO_LONG } from './lines.ts';
import { ServerLink } from './server-link.ts';

export interface StdioBridgeOptions {
  readonly input: Readable;
  /** Writes one line to the client. */
  readonly write: (line: string) => void;
  /** Where the server answers: http://127.0.0.1:9876/mcp. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told what went wrong beside the protocol. */
  readonly note: (text: string) => void;
}

type Id = JSONRPCRequest['id'];

/** The largest message that the server reads, and a little: it says more of one that is too large. */
const MAX_LINE_BYTES = 5 * 1024 * 1024;
/** Time that requests have to be answered once the client has said all it wanted to say. */
const DRAIN_MS = 2000;

const PARSE_ERROR = -32_700;
const SERVER_ERROR = -32_000;

/**
 * Carries messages between a client on standard input and output and a server over HTTP, of either revision, as they are.
 * Each request gets an answer, also where the server is gone.
 */
export class StdioBridge {
  private readonly open = new Map<Id, { readonly abort: AbortController; readonly isStream: boolean }>();
  private readonly server: ServerLink;

  constructor(private readonly options: StdioBridgeOptions) {
    const { url, headers = {} } = options;
    this.server = new ServerLink({ url, headers, receive: (message) => this.toClient(message) });
  }

  /** Resolves when the client has closed its side and what it asked for is answered, or no longer waited for. */
  async run(): Promise<void> {
    for await (const line of lines(this.options.input, MAX_LINE_BYTES)) {
      if (line === TOO_LONG) this.fail(null, PARSE_ERROR, `A message has more than ${MAX_LINE_BYTES} bytes.`);
      else if (line.trim() !== '') this.take(line);
    }
    const deadline = performance.now() + DRAIN_MS;
    while ([...this.open.values()].some(({ isStream }) => !isStream) && performance.now() < deadline) await sleep(10);
    await this.server.close();
  }

  private take(line: string): void {
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(JSON.parse(line));
    } catch (error) {
      const isJson = !(error instanceof SyntaxError);
      this.fail(
        null,
        PARSE_ERROR,
        isJson ? 'This is no message of JSON-RPC 2.0.' : `This is no JSON: ${messageOf(error)}`,
      );
      return;
    }
    const cancelled = cancelledBy(message);
    const request = cancelled === undefined ? undefined : this.open.get(cancelled);
    // Without sessions a request is cancelled by hanging up, and there is nobody to tell besides.
    if (request && !this.server.hasSession) request.abort.abort();
    else void this.toServer(message);
  }

  private async toServer(message: JSONRPCMessage): Promise<void> {
    if (!isJSONRPCRequest(message)) {
      await this.server.send(message).catch((error: unknown) => this.options.note(this.explain(error)));
      return;
    }
    const { id } = message;
    const abort = new AbortController();
    this.open.set(id, { abort, isStream: message.method === 'subscriptions/listen' });
    abort.signal.addEventListener('abort', () => this.open.delete(id));
    try {
      await this.server.send(message, {
        requestSignal: abort.signal,
        onRequestStreamEnd: () => this.failOpen(id, new Error('The server ended without an answer: ask again.')),
      });
    } catch (error) {
      if (!abort.signal.aborted) this.failOpen(id, error);
    }
  }

  private toClient(message: JSONRPCMessage): void {
    if (!('method' in message) && message.id !== undefined) this.open.delete(message.id);
    this.options.write(JSON.stringify(message));
  }

  private failOpen(id: Id, error: unknown): void {
    if (!this.open.delete(id)) return;
    const told = ServerLink.errorIn(error);
    if (told) this.options.write(JSON.stringify({ jsonrpc: '2.0', id, error: told }));
    else this.fail(id, SERVER_ERROR, this.explain(error));
  }

  private explain(error: unknown): string {
    const { origin } = this.options.url;
    // What fetch throws where nobody answers.
    if (!(error instanceof TypeError)) return messageOf(error);
    return `No server answers at ${origin}: \`taskloom serve\` starts one, TASKLOOM_URL says where another is.`;
  }

  private fail(id: Id | null, code: number, message: string): void {
    this.options.write(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }));
  }
}

function cancelledBy(message: JSONRPCMessage): Id | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const id: unknown = message.params?.requestId;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
