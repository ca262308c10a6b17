import { expect } from '@jest/globals';
import type { DispatchRequest, Strategy } from '../../src/broker/index.ts';
import { Broker, type Handler, LocalWorker, type LocalWorkerOptions } from '../../src/broker/index.ts';
import type { EventLog } from './event-log.ts';

export const echo: Handler = (payload) => payload;

/** Handles until it is told to stop. */
export const forever: Handler = (_payload, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

/** A broker on a real log, with workers as a test adds them. */
export class BrokerBench {
  readonly broker: Broker;
  private readonly reported: unknown[] = [];

  constructor(readonly log: EventLog) {
    this.broker = new Broker({ events: log.events, report: (error) => this.reported.push(error) });
  }

  add(id: string, handler: Handler = echo, options: Partial<LocalWorkerOptions> = {}): LocalWorker {
    const worker = new LocalWorker({ id, type: 'test', handler, ...options });
    this.broker.register(worker);
    return worker;
  }

  send(strategy: Strategy, request: Partial<DispatchRequest> = {}) {
    return this.broker.dispatch({ strategy, payload: null, ...request });
  }

  /** Who answered so many messages that go in turn, in order. */
  async answeredBy(count: number, request: Partial<DispatchRequest> = {}): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let sent = 0; sent < count; sent++) {
      const { answers } = await this.send('ROUND_ROBIN', request);
      ids.push(...answers.map(({ workerId }) => workerId));
    }
    return ids;
  }

  async recorded(messageId: string): Promise<readonly (readonly [string, Record<string, unknown>])[]> {
    const events = await this.log.events.getEvents(messageId);
    return events.map(({ eventType, data }) => [eventType, data as Record<string, unknown>] as const);
  }

  /** Fails when anything could not be recorded meanwhile. */
  async close(): Promise<void> {
    await this.broker.close();
    expect(this.reported).toEqual([]);
  }
}
