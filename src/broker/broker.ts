import type { EventStore } from '../events/index.ts';
import { AppError, InvalidInputError, messageOf } from '../kernel/errors.ts';
import { isUuid, newId } from '../kernel/ids.ts';
import {
  InboxFullError,
  MessageFailedError,
  MessageTimeoutError,
  NoMatchingWorkerError,
  NoOfferError,
  WorkerIdTakenError,
  WorkerLostError,
  WorkerNotFoundError,
  WorkerStateError,
} from './broker.errors.ts';
import type { DispatchAnswer, DispatchRequest, ShownError, WorkerAnswer, WorkerView } from './message.ts';
import { MessageRecord } from './message-record.ts';
import { describe, matches, rankOffers, Rotation, type Selector } from './selection.ts';
import type { Delivery, Offer, StopMode, Worker } from './worker.ts';

export interface BrokerOptions {
  readonly events: EventStore;
  /** Where a fact that could not be recorded is told; nobody waits for it. */
  readonly report: (error: unknown) => void;
}

/** What is known of a message while it is under way. */
interface Message {
  readonly id: string;
  readonly request: DispatchRequest;
  readonly record: MessageRecord;
  readonly signal: AbortSignal;
  readonly deadline: number;
  attempts: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** A worker that has not said by then what it bids, bids nothing. */
const OFFER_TIMEOUT_MS = 250;

/** Picks workers for messages, hands them over under leases, and records in the log all that becomes of each. */
export class Broker {
  private readonly workers = new Map<string, Worker>();
  private readonly rotation = new Rotation();
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(private readonly options: BrokerOptions) {}

  /** From now on messages may go to it. Starts it. Throws WorkerIdTakenError. */
  register(worker: Worker): void {
    if (this.workers.has(worker.id)) throw new WorkerIdTakenError(worker.id);
    if (worker.state === 'created') worker.start();
    this.workers.set(worker.id, worker);
  }

  /** Nothing goes to it from now on; resolves when it has stopped. Throws WorkerNotFoundError. */
  async unregister(workerId: string, how: StopMode = 'drain'): Promise<void> {
    const worker = this.get(workerId);
    this.workers.delete(workerId);
    this.rotation.forget(workerId);
    if (worker.state === 'running') await worker.stop(how);
  }

  /** Throws WorkerNotFoundError. */
  get(workerId: string): Worker {
    const worker = this.workers.get(workerId);
    if (!worker) throw new WorkerNotFoundError(workerId);
    return worker;
  }

  /** Records an answer that came under a lease that was no longer valid. Of a message that never was: nothing. */
  async refuse(messageId: string, workerId: string, lease: string): Promise<void> {
    if (!isUuid(messageId) || !isUuid(lease)) return;
    const [first] = await this.options.events.getEvents(messageId, { limit: 1 });
    if (first?.eventType !== 'MESSAGE_SENT') return;
    await new MessageRecord(this.options.events, messageId).refused(workerId, lease);
  }

  has(workerId: string): boolean {
    return this.workers.has(workerId);
  }

  /** All workers, by id. */
  list(): readonly WorkerView[] {
    return [...this.workers.values()].map(viewOf).sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /**
   * Resolves with the answer of the worker that the strategy picks; of each worker with BROADCAST, whose errors stand
   * among the answers. Rejects with NoMatchingWorkerError, WorkerNotFoundError, InboxFullError, WorkerLostError,
   * MessageTimeoutError or MessageFailedError; then the log says how far the message came.
   */
  dispatch(request: DispatchRequest): Promise<DispatchAnswer> {
    const answer = this.send(request).finally(() => this.underWay.delete(answer));
    this.underWay.add(answer);
    return answer;
  }

  /** Stops all workers and resolves when every message has ended and is recorded. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.workers.keys()].map((workerId) => this.unregister(workerId, 'abort')));
    await Promise.allSettled(this.underWay);
  }

  private async send(request: DispatchRequest): Promise<DispatchAnswer> {
    checkTarget(request);
    // What cannot go anywhere leaves no trace.
    const candidates = this.candidates(request);
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = request;
    const messageId = newId();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new MessageTimeoutError(messageId, timeoutMs)), timeoutMs);
    const message: Message = {
      id: messageId,
      request,
      record: new MessageRecord(this.options.events, messageId),
      signal: late.signal,
      deadline: performance.now() + timeoutMs,
      attempts: 0,
    };
    try {
      await message.record.sent(request, timeoutMs);
      if (request.strategy === 'BROADCAST') {
        return { messageId, answers: await Promise.all(candidates.map((worker) => this.answerOf(worker, message))) };
      }
      return { messageId, answers: [await this.sendToOne(message)] };
    } catch (error) {
      const { code, reason } = factsOf(error);
      await message.record.failed(null, code, reason).catch(this.options.report);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Goes from worker to worker until one has answered, as far as nothing can be done twice by that. */
  private async sendToOne(message: Message): Promise<WorkerAnswer> {
    const { request, signal } = message;
    const tried = new Set<string>();
    let refusal: unknown = new NoOfferError(describe(selectorOf(request)));
    for (;;) {
      signal.throwIfAborted();
      const worker = (await this.preferred(request, tried, message))[0];
      if (!worker) throw refusal;
      tried.add(worker.id);
      try {
        return await this.deliver(worker, message);
      } catch (error) {
        if (!this.mayGoOn(error, request)) throw error;
        refusal = error;
      }
    }
  }

  private mayGoOn(error: unknown, { strategy, repeatable = false }: DispatchRequest): boolean {
    if (strategy === 'DIRECT') return false;
    if (error instanceof WorkerLostError) return repeatable || !error.begun;
    return error instanceof InboxFullError || error instanceof WorkerStateError;
  }

  /** The workers that were not tried yet, the one to try next first. Throws NoMatchingWorkerError while none was tried. */
  private async preferred(
    request: DispatchRequest,
    tried: ReadonlySet<string>,
    { signal }: Message,
  ): Promise<readonly Worker[]> {
    const all = tried.size === 0 ? this.candidates(request) : this.matching(request);
    const left = all.filter(({ id }) => !tried.has(id));
    if (request.strategy === 'DIRECT') return left;
    const inTurn = this.rotation.order(selectorOf(request), left);
    // One that is away may never come back: only where there is nobody else.
    const reachable = inTurn.filter((worker) => worker.isReachable);
    const usable = reachable.length > 0 ? reachable : inTurn;
    if (request.strategy !== 'OFFER') return usable;
    const offers = await Promise.all(usable.map((worker) => offerOf(worker, request, signal)));
    return rankOffers(offers.filter((bid) => bid !== null));
  }

  /** Those the message is for. Throws WorkerNotFoundError or NoMatchingWorkerError. */
  private candidates(request: DispatchRequest): readonly Worker[] {
    if (request.strategy === 'DIRECT') return [this.get(request.target ?? '')];
    const found = this.matching(request);
    if (found.length === 0) throw new NoMatchingWorkerError(describe(selectorOf(request)));
    return found;
  }

  private matching(request: DispatchRequest): readonly Worker[] {
    const selector = selectorOf(request);
    return [...this.workers.values()].filter((worker) => matches(selector, worker));
  }

  private async deliver(worker: Worker, message: Message): Promise<WorkerAnswer> {
    const { record, request, signal } = message;
    const takesTurns = request.strategy === 'ROUND_ROBIN' || request.strategy === 'OFFER';
    if (takesTurns && worker.hasRoom) this.rotation.took(selectorOf(request), worker.id);
    const attempt = ++message.attempts;
    // Until it has a lease nothing was done: an error is then about the way, or about the log.
    let lease: string | null = null;
    const delivery: Delivery = {
      assign: async () => {
        const fresh = newId();
        const clock = await record.assigned(worker.id, fresh, attempt);
        lease = fresh;
        const timeoutMs = Math.max(0, Math.round(message.deadline - performance.now()));
        return { messageId: message.id, lease: fresh, attempt, payload: request.payload, clock, timeoutMs };
      },
      progress: (progress) => void record.progressed(worker.id, progress).catch(this.options.report),
      late: (assignment) => void record.refused(worker.id, assignment.lease).catch(this.options.report),
      signal,
    };
    const answer = await worker.deliver(delivery).catch(async (error: unknown) => {
      if (lease === null) throw error;
      const failure = isOfTheWay(error) ? error : ofWorker(worker.id, error);
      const { code, reason } = factsOf(failure);
      await record.failed(worker.id, code, reason).catch(this.options.report);
      throw failure;
    });
    // Not the worker's failing, if the log cannot take it.
    await record.answered(worker.id, lease ?? '', answer);
    return { workerId: worker.id, ok: true, result: answer.result };
  }

  private async answerOf(worker: Worker, message: Message): Promise<WorkerAnswer> {
    try {
      return await this.deliver(worker, message);
    } catch (error) {
      return { workerId: worker.id, ok: false, error: shownOf(error) };
    }
  }
}

function checkTarget({ strategy, target }: DispatchRequest): void {
  if (strategy === 'DIRECT' && target === undefined) {
    throw new InvalidInputError([{ path: 'target', message: 'is missing: DIRECT goes to the worker named here' }]);
  }
  if (strategy !== 'DIRECT' && target !== undefined) {
    throw new InvalidInputError([{ path: 'target', message: `only DIRECT has one: ${strategy} picks by type` }]);
  }
}

function selectorOf({ type, capabilities = [] }: DispatchRequest): Selector {
  return { type: type ?? null, capabilities };
}

async function offerOf(
  worker: Worker,
  { payload }: DispatchRequest,
  signal: AbortSignal,
): Promise<{ readonly worker: Worker; readonly offer: Offer } | null> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(OFFER_TIMEOUT_MS)]);
  const late = new Promise<null>((resolve) => timeout.addEventListener('abort', () => resolve(null), { once: true }));
  const offer = await Promise.race([worker.offer(payload).catch(() => null), late]);
  return offer && { worker, offer };
}

/** Whether it is about the way of a message and not about what the worker made of it. */
function isOfTheWay(error: unknown): boolean {
  return error instanceof WorkerLostError || error instanceof MessageTimeoutError;
}

function ofWorker(workerId: string, error: unknown): MessageFailedError {
  if (error instanceof MessageFailedError) return error;
  const { code, message } = shownOf(error);
  return new MessageFailedError(workerId, code, message);
}

/** As it is recorded: of a failure at the worker what the worker said. */
function factsOf(error: unknown): { readonly code: string; readonly reason: string } {
  if (error instanceof MessageFailedError) return { code: error.reasonCode, reason: error.reason };
  const { code, message } = shownOf(error);
  return { code, reason: message };
}

function shownOf(error: unknown): ShownError {
  if (error instanceof AppError) return { code: error.code, message: error.message, details: error.details };
  return { code: 'HANDLER_FAILED', message: messageOf(error), details: {} };
}

function viewOf(worker: Worker): WorkerView {
  const { id, type, place, state, handling, waiting, maxConcurrent, maxInbox, answered, failed } = worker;
  return {
    id,
    type,
    capabilities: [...worker.capabilities].sort(),
    place,
    state,
    reachable: worker.isReachable,
    handling,
    waiting,
    maxConcurrent,
    maxInbox,
    answered,
    failed,
  };
}
