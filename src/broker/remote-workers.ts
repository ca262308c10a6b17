import { randomBytes } from 'node:crypto';
import type { VectorClock } from '../events/index.ts';
import { newId } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import type { Broker } from './broker.ts';
import { AlreadyRegisteredError, AssignmentLostError, WorkerIdTakenError } from './broker.errors.ts';
import { type Heartbeat, RemoteWorker, type WorkerLink } from './worker.remote.ts';

export interface RemoteWorkerLimits {
  /** How long a worker that is gone may come back and go on with what it holds. */
  readonly graceMs: number;
  /** How often it is to send a heartbeat. */
  readonly heartbeatMs: number;
  /** Silence after which its connection is ended, though it seems open. */
  readonly silenceMs: number;
  /** Messages that wait before one worker. */
  readonly maxInbox: number;
}

export interface Registration {
  readonly type: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrent: number;
  /** Default: a new one. */
  readonly workerId?: string;
  /** Proof of being the same process as before, from the answer to its first registration. */
  readonly resumeToken?: string;
  /** The leases that it holds. */
  readonly holding?: readonly string[];
  /** The newest lease it has seen. */
  readonly lastLease?: string | null;
}

export interface WorkerResult {
  readonly messageId: string;
  readonly lease: string;
  readonly result: Json;
  /** What the worker knows. */
  readonly clock?: VectorClock;
}

export interface WorkerFailure {
  readonly messageId: string;
  readonly lease: string;
  readonly code: string;
  readonly message: string;
}

export interface RegistrationAnswer {
  readonly workerId: string;
  readonly resumeToken: string;
  /** Of `holding`, what is no longer the worker's: to be dropped. */
  readonly revoked: readonly string[];
  readonly heartbeatMs: number;
  /** How long it may be without a connection before what it holds may be somebody else's. */
  readonly graceMs: number;
}

/** A worker and the connection that it has, or had. */
class Session {
  readonly resumeToken = randomBytes(24).toString('base64url');
  link: WorkerLink | null = null;
  grace: NodeJS.Timeout | undefined;
  silence: NodeJS.Timeout | undefined;

  constructor(readonly worker: RemoteWorker) {}

  clear(): void {
    clearTimeout(this.grace);
    clearTimeout(this.silence);
  }
}

/**
 * The workers that live in other processes. One whose connection is lost keeps its id and what it holds for the grace
 * time; then it is lost, and what it still sends is refused and recorded.
 */
export class RemoteWorkers {
  private readonly sessions = new Map<string, Session>();
  private readonly byLink = new Map<WorkerLink, Session>();

  constructor(
    private readonly broker: Broker,
    private readonly limits: RemoteWorkerLimits,
    private readonly report: (error: unknown) => void,
  ) {}

  /**
   * Makes a connection a worker, or gives a worker that was away its connection back. A worker of the same name that is
   * away and cannot prove to be the same takes the place of the old one, whose work is lost. Throws WorkerIdTakenError or
   * AlreadyRegisteredError.
   */
  async register(link: WorkerLink, registration: Registration): Promise<RegistrationAnswer> {
    const own = this.byLink.get(link);
    if (own) throw new AlreadyRegisteredError(own.worker.id);
    const { workerId = newId(), resumeToken, holding = [], lastLease = null } = registration;
    const known = this.sessions.get(workerId);
    if (known && known.resumeToken === resumeToken) {
      // The old connection may not have noticed yet that it is dead.
      if (known.link) this.letGo(known.link, 'WORKER_MOVED', 'The worker is connected anew.');
      return this.attach(known, link, known.worker.attach(link, { holding, lastLease }));
    }
    if (known?.link || (!known && this.broker.has(workerId))) throw new WorkerIdTakenError(workerId);
    if (known) await this.lose(known);
    const worker = new RemoteWorker({ ...registration, id: workerId, maxInbox: this.limits.maxInbox });
    this.broker.register(worker);
    worker.attach(link, { holding: [], lastLease: null });
    const session = new Session(worker);
    this.sessions.set(workerId, session);
    return this.attach(session, link, holding);
  }

  /** The worker of a connection, or null. */
  of(link: WorkerLink): RemoteWorker | null {
    return this.byLink.get(link)?.worker ?? null;
  }

  heartbeat(link: WorkerLink, heartbeat: Heartbeat): void {
    const session = this.byLink.get(link);
    if (!session) return;
    this.heard(session, link);
    const unseenMs = session.worker.heartbeat(heartbeat);
    if (unseenMs <= this.limits.heartbeatMs) return;
    const message = `An assignment was not seen for ${Math.round(unseenMs)} ms: connect anew, it is sent again.`;
    this.letGo(link, 'WORKER_DEAF', message);
  }

  /** Throws AssignmentLostError, once it is recorded. */
  async result(workerId: string, { messageId, lease, result, clock }: WorkerResult): Promise<void> {
    await this.orRefuse(workerId, messageId, lease, (worker) => worker.result(messageId, lease, result, clock));
  }

  /** Throws AssignmentLostError, once it is recorded. */
  async error(workerId: string, { messageId, lease, ...error }: WorkerFailure): Promise<void> {
    await this.orRefuse(workerId, messageId, lease, (worker) => worker.error(messageId, lease, error));
  }

  /** The connection is gone: the grace time begins. Safe to repeat. */
  disconnected(link: WorkerLink): void {
    const session = this.byLink.get(link);
    this.byLink.delete(link);
    if (!session || session.link !== link) return;
    session.clear();
    session.link = null;
    session.worker.detach();
    session.grace = setTimeout(() => void this.lose(session).catch(this.report), this.limits.graceMs).unref();
  }

  /** The worker wants no more and resolves when it has finished what it is at. */
  async leave(link: WorkerLink): Promise<void> {
    const session = this.byLink.get(link);
    const id = session?.worker.id;
    if (!session || id === undefined || !this.broker.has(id)) return;
    await this.broker.unregister(id, 'finish');
    session.clear();
    this.byLink.delete(link);
    this.sessions.delete(id);
  }

  close(): void {
    for (const session of this.sessions.values()) session.clear();
    this.sessions.clear();
    this.byLink.clear();
  }

  private attach(session: Session, link: WorkerLink, revoked: readonly string[]): RegistrationAnswer {
    session.clear();
    session.link = link;
    this.byLink.set(link, session);
    this.heard(session, link);
    const { heartbeatMs, graceMs } = this.limits;
    return { workerId: session.worker.id, resumeToken: session.resumeToken, revoked, heartbeatMs, graceMs };
  }

  private heard(session: Session, link: WorkerLink): void {
    const { silenceMs } = this.limits;
    clearTimeout(session.silence);
    const message = `No worker:heartbeat for ${silenceMs} ms: connect anew.`;
    session.silence = setTimeout(() => this.letGo(link, 'WORKER_SILENT', message), silenceMs).unref();
  }

  private letGo(link: WorkerLink, code: string, message: string): void {
    this.disconnected(link);
    link.close(code, message);
  }

  private async lose(session: Session): Promise<void> {
    session.clear();
    const { id } = session.worker;
    if (this.sessions.get(id) !== session) return;
    this.sessions.delete(id);
    if (this.broker.has(id)) await this.broker.unregister(id, 'abort');
    // It was leaving, and will not finish any more.
    else session.worker.abandon();
  }

  private async orRefuse(
    workerId: string,
    messageId: string,
    lease: string,
    take: (worker: RemoteWorker) => void,
  ): Promise<void> {
    try {
      const worker = this.sessions.get(workerId)?.worker;
      if (!worker) throw new AssignmentLostError(messageId, lease);
      take(worker);
    } catch (error) {
      if (error instanceof AssignmentLostError) await this.broker.refuse(messageId, workerId, lease);
      throw error;
    }
  }
}
