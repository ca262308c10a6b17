import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { type AuthInfo, isInitializeRequest, type McpServer } from '@modelcontextprotocol/server';
import { type Principal } from '../policy/index.ts';
import { senderOf } from './sender.ts';
import { SessionMissingError, SessionNotFoundError, TooManySessionsError } from './mcp.errors.ts';

export interface SessionOptions {
  readonly maxSessions: number;
  readonly idleMs: number;
  /** Makes the server of a new session. */
  readonly create: () => McpServer;
  readonly report: (error: unknown) => void;
}

interface Session {
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly server: McpServer;
  /** Nobody else can use the session, also who has found out its id. */
  readonly owner: Principal;
  /** Requests and streams that are open: while there are any, the session is not idle. */
  open: number;
  /** As performance.now() tells. */
  usedAt: number;
}

const ID_BYTES = 32;
const SWEEPS_PER_IDLE_TIME = 4;

/**
 * The sessions of clients that speak 2025-11-25. There are never more than `maxSessions`: a new one takes the place of
 * the one that has been idle the longest, whose client will initialize again, as the protocol wants it. One that is idle
 * for `idleMs` is ended.
 */
export class Sessions {
  private readonly sessions = new Map<string, Session>();
  private sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: SessionOptions) {}

  get count(): number {
    return this.sessions.size;
  }

  /**
   * Serves a request of a session, or the initialization of a new one. Rejects with SessionMissingError,
   * SessionNotFoundError or TooManySessionsError before anything was answered.
   */
  async handle(request: IncomingMessage & { auth: AuthInfo }, response: ServerResponse, body: unknown): Promise<void> {
    const id = request.headers['mcp-session-id'];
    if (id === undefined && !isInitializeRequest(body)) throw new SessionMissingError();
    const { principal } = senderOf(request.auth);
    const session = id === undefined ? await this.open(principal) : this.sessions.get(String(id));
    if (!session || !isSame(session.owner, principal)) throw new SessionNotFoundError();
    session.open += 1;
    response.once('close', () => {
      session.open -= 1;
      session.usedAt = performance.now();
    });
    await session.transport.handleRequest(request, response, body);
  }

  /** Ends all of them. Safe to repeat. */
  async close(): Promise<void> {
    clearInterval(this.sweep);
    this.sweep = undefined;
    await Promise.all([...this.sessions.keys()].map((id) => this.end(id)));
  }

  private async open(owner: Principal): Promise<Session> {
    await this.makeRoom();
    const server = this.options.create();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomBytes(ID_BYTES).toString('base64url'),
      onsessioninitialized: (id) => {
        this.sessions.set(id, session);
        this.sweep ??= setInterval(() => this.endIdle(), this.options.idleMs / SWEEPS_PER_IDLE_TIME).unref();
      },
      onsessionclosed: (id) => this.end(id),
    });
    const session: Session = { transport, server, owner, open: 0, usedAt: performance.now() };
    await server.connect(transport);
    return session;
  }

  private async makeRoom(): Promise<void> {
    if (this.sessions.size < this.options.maxSessions) return;
    const idle = [...this.sessions].filter(([, { open }]) => open === 0);
    const [oldest] = idle.sort(([, one], [, two]) => one.usedAt - two.usedAt);
    if (!oldest) throw new TooManySessionsError(this.options.maxSessions);
    await this.end(oldest[0]);
  }

  private endIdle(): void {
    const before = performance.now() - this.options.idleMs;
    for (const [id, { open, usedAt }] of this.sessions) if (open === 0 && usedAt < before) void this.end(id);
  }

  private async end(id: string): Promise<void> {
    const session = this.sessions.get(id);
    this.sessions.delete(id);
    try {
      await session?.server.close();
    } catch (error) {
      this.options.report(error);
    }
  }
}

function isSame(one: Principal, two: Principal): boolean {
  return one.by === two.by && one.keyId === two.keyId && one.name === two.name && one.role === two.role;
}
