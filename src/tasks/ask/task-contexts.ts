import type { EventStore, StoredEvent } from '../../events/index.ts';
import type { ModelCatalogue } from '../../llm/index.ts';
import { evolveCoding } from '../coding-evolve.ts';
import { initialCodingState } from '../coding-state.ts';
import { ContextNotFoundError, TaskNotFoundError } from '../tasks.errors.ts';
import type { ManifestEntry, ModelCallRequest } from '../tasks.events.ts';
import type { Asker } from './asker.ts';
import { Briefings } from './briefings.ts';

/** How a prompt that is made again from the events before it compares to the one that was sent. */
export type Rebuilt = 'same' | 'different' | 'impossible';

/** What a model was told, piece by piece, and what it was not told. */
export interface TaskContext {
  readonly taskId: string;
  /** Stream sequence of the call. */
  readonly sequence: number;
  readonly timestamp: string;
  readonly callId: string;
  readonly signature: string;
  readonly role: string;
  readonly module: string | null;
  /** Null: whoever claims the call. */
  readonly model: string | null;
  /** Of the whole prompt; null where the log does not tell. */
  readonly tokens: number | null;
  /** Most tokens that the prompt might take; null where the log does not tell. */
  readonly promptTokens: number | null;
  /** The model's window; null where the log does not tell. */
  readonly contextTokens: number | null;
  readonly passedOver: readonly { readonly model: string; readonly reason: string }[];
  readonly parts: readonly ManifestEntry[];
  readonly messages: ModelCallRequest['messages'];
  readonly promptHash: string;
  readonly rebuilt: Rebuilt;
}

/** Which call: the newest one up to a stream sequence, or by its id. Default: the newest of all. */
export interface ContextQuery {
  readonly sequence?: number;
  readonly callId?: string;
}

type Request = StoredEvent<'MODEL_CALL_REQUESTED'>;

/** The contexts of model calls, out of the log, each made again from the events before it to prove it. */
export class TaskContexts {
  readonly briefings: Briefings;

  constructor(
    private readonly events: EventStore,
    private readonly asker: Asker,
    catalogue: ModelCatalogue,
  ) {
    this.briefings = new Briefings(events, asker.live, catalogue);
  }

  /** Rejects with TaskNotFoundError, and ContextNotFoundError where there is no such call. */
  async find(taskId: string, query: ContextQuery = {}): Promise<TaskContext> {
    const request = await this.request(taskId, query);
    const { callId, signature, role, module, model, messages, promptHash, manifest } = request.data;
    const { tokens = null, room, passedOver = [] } = request.data;
    return {
      taskId: request.taskId,
      sequence: request.streamSequence,
      timestamp: request.timestamp,
      callId,
      signature,
      role,
      module,
      model,
      tokens,
      promptTokens: room?.promptTokens ?? null,
      contextTokens: room?.contextTokens ?? null,
      passedOver,
      parts: manifest,
      messages,
      promptHash,
      rebuilt: await this.rebuild(request),
    };
  }

  private async request(taskId: string, { sequence, callId }: ContextQuery): Promise<Request> {
    const until = sequence === undefined ? {} : { until: sequence };
    const newestFirst = this.events.read(taskId, { ...until, types: ['MODEL_CALL_REQUESTED'], direction: 'backwards' });
    for await (const event of newestFirst) {
      if (event.eventType !== 'MODEL_CALL_REQUESTED') continue;
      if (callId === undefined || event.data.callId === callId) return event;
    }
    const head = await this.events.head(taskId);
    if (!head) throw new TaskNotFoundError(taskId);
    throw new ContextNotFoundError(taskId, callId === undefined ? (sequence ?? head.streamSequence) : undefined);
  }

  private async rebuild({ taskId, data: request }: Request): Promise<Rebuilt> {
    const { asOf, messages } = request;
    if (asOf === undefined) return 'impossible';
    let state = initialCodingState(taskId);
    for await (const event of this.events.read(taskId, { until: asOf })) state = evolveCoding(state, event);
    const again = await this.asker.askAgain({ state, sequence: asOf }, request);
    if (again === null) return 'impossible';
    return JSON.stringify(again) === JSON.stringify(messages) ? 'same' : 'different';
  }
}
