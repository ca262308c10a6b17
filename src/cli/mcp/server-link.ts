import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';

export interface ServerLinkOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly receive: (message: JSONRPCMessage) => void;
}

const TERMINATE_MS = 500;
const SERVER_ERROR = -32_000;

/**
 * The HTTP side of a bridge. A session that the server has lost, as after a restart, is initialized again with the
 * client's own words, and followed resources are followed again: the client notices nothing.
 */
export class ServerLink {
  private http: StreamableHTTPClientTransport;
  private started: Promise<void>;
  private handshake: JSONRPCRequest | null = null;
  private initialized: PromiseWithResolvers<void> | null = null;
  private renewing: Promise<void> | null = null;
  private readonly followed = new Set<string>();
  /** Requests of our own, whose answers the client must not see. */
  private readonly own = new Map<JSONRPCRequest['id'], () => void>();

  constructor(private readonly options: ServerLinkOptions) {
    this.http = this.transport();
    this.started = this.http.start();
  }

  /** Whether the client speaks a revision with sessions. */
  get hasSession(): boolean {
    return this.handshake !== null;
  }

  /** Resolves when the server has taken it; what it answers is received. Rejects where it was not taken. */
  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    await this.started;
    if (isJSONRPCRequest(message) && isInitializeRequest(message)) {
      this.handshake = message;
      this.initialized = Promise.withResolvers();
    } else {
      // Until then there is no session that a message could belong to.
      await this.initialized?.promise;
    }
    this.remember(message);
    const { http } = this;
    try {
      await http.send(message, options);
    } catch (error) {
      if (isInitializeRequest(message)) this.initialized?.resolve();
      if (!isSessionLost(error) || !this.handshake || isInitializeRequest(message)) throw error;
      await this.renew(http, this.handshake);
      await this.http.send(message, options);
    }
  }

  async close(): Promise<void> {
    const late = AbortSignal.timeout(TERMINATE_MS);
    const ended = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve()));
    await Promise.race([this.http.terminateSession().catch(() => undefined), ended]);
    await this.http.close();
  }

  /** The protocol's own error in what a failed request threw; null where the server said nothing of the kind. */
  static errorIn(error: unknown): JSONRPCErrorResponse['error'] | null {
    const text = error instanceof SdkHttpError ? error.data.text : undefined;
    if (typeof text !== 'string') return null;
    try {
      const answer: unknown = JSON.parse(text);
      return isJSONRPCErrorResponse(answer) ? answer.error : errorOfProblem(answer);
    } catch {
      return null;
    }
  }

  private transport(): StreamableHTTPClientTransport {
    const { url, headers, receive } = this.options;
    const http = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
    http.onmessage = (message) => {
      if (this.handshake && !('method' in message) && message.id === this.handshake.id) {
        const { protocolVersion } = isJSONRPCResultResponse(message) ? message.result : {};
        if (typeof protocolVersion === 'string') http.setProtocolVersion(protocolVersion);
        this.initialized?.resolve();
      }
      const own = 'id' in message && !isJSONRPCRequest(message) ? this.own.get(message.id ?? '') : undefined;
      if (own) own();
      else receive(message);
    };
    return http;
  }

  private renew(lost: StreamableHTTPClientTransport, handshake: JSONRPCRequest): Promise<void> {
    if (this.http !== lost) return this.renewing ?? Promise.resolve();
    this.http = this.transport();
    this.started = this.http.start();
    void lost.close();
    return (this.renewing = this.initialize(this.http, handshake));
  }

  private async initialize(http: StreamableHTTPClientTransport, handshake: JSONRPCRequest): Promise<void> {
    await this.started;
    await this.ask(http, handshake);
    await http.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    for (const uri of this.followed) {
      const id = `again ${uri}`;
      await this.ask(http, { jsonrpc: '2.0', id, method: 'resources/subscribe', params: { uri } });
    }
  }

  private async ask(http: StreamableHTTPClientTransport, request: JSONRPCRequest): Promise<void> {
    const answered = new Promise<void>((resolve) => this.own.set(request.id, resolve));
    try {
      await http.send(request);
      await answered;
    } finally {
      this.own.delete(request.id);
    }
  }

  private remember(message: JSONRPCMessage): void {
    if (!isJSONRPCRequest(message)) return;
    const uri: unknown = message.params?.uri;
    if (typeof uri !== 'string') return;
    if (message.method === 'resources/subscribe') this.followed.add(uri);
    if (message.method === 'resources/unsubscribe') this.followed.delete(uri);
  }
}

/** What the door says before the protocol begins: of keys, hosts, rates. */
function errorOfProblem(answer: unknown): JSONRPCErrorResponse['error'] | null {
  if (typeof answer !== 'object' || answer === null || !('detail' in answer) || !('code' in answer)) return null;
  return { code: SERVER_ERROR, message: `${String(answer.detail)} (${String(answer.code)})` };
}

function isSessionLost(error: unknown): boolean {
  return error instanceof SdkHttpError && error.status === 404 && /MCP_SESSION_NOT_FOUND/.test(String(error.data.text));
}
