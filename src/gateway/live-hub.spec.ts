import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventLog, type EventLog } from '../../test/support/event-log.ts';
import type { Frame } from './frame.ts';
import { LiveLog } from './live-log.ts';
import type { Message } from './message.ts';
import { subjectOf } from './subject.ts';
import { type FrameSink, Subscription } from './subscription.ts';

let log: EventLog;
let runs = 0;

beforeAll(async () => {
  log = await eventLog();
});

afterAll(async () => {
  await log.close();
});

/** Stands for a client: notes what comes and acknowledges when it is told to. */
class Client implements FrameSink {
  readonly messages: Message[] = [];
  readonly edges: number[] = [];
  readonly errors: unknown[] = [];
  unacknowledged = 0;
  most = 0;
  subscription: Subscription | undefined;

  hasRoom(): boolean {
    return true;
  }

  send(_subscription: Subscription, from: number, { to, tail }: Frame): void {
    this.edges.push(from, to);
    this.most = Math.max(this.most, ++this.unacknowledged);
    const { messages } = JSON.parse(`{${String(tail).slice(0, -1)}`) as { messages: Message[] };
    this.messages.push(...messages);
  }

  failed(error: unknown): void {
    this.errors.push(error);
  }

  acknowledge(): void {
    if (this.unacknowledged === 0) return;
    this.unacknowledged--;
    this.subscription?.acknowledged();
  }
}

type Step =
  | { readonly kind: 'append'; readonly stream: number; readonly count: number }
  | { readonly kind: 'subscribe'; readonly stream: number | null; readonly back: number; readonly filtered: boolean }
  | { readonly kind: 'acknowledge'; readonly client: number }
  | { readonly kind: 'pause'; readonly ms: number };

const stream = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), stream, count: fc.integer({ min: 1, max: 130 }) }),
  fc.record({
    kind: fc.constant('subscribe' as const),
    stream: fc.option(stream),
    back: fc.nat(150),
    filtered: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('acknowledge' as const), client: fc.nat(5) }),
  fc.record({ kind: fc.constant('pause' as const), ms: fc.integer({ min: 0, max: 30 }) }),
);

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('subscriptions', () => {
  it('see each event once and in order whenever they begin, acknowledge and are overtaken by appends [GW-1, GW-3]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const run = ++runs;
        const live = new LiveLog(log.events, (error) => {
          throw error;
        });
        const name = (index: number) => `run-${run}-${index}`;
        const start = await log.events.lastSequence();
        const clients: { client: Client; stream: number | null; after: number; filtered: boolean }[] = [];
        const appends: Promise<unknown>[] = [];
        for (const each of steps) {
          if (each.kind === 'append') {
            const drafts = Array.from({ length: each.count }, (_, index) =>
              index % 7 === 0
                ? ({ eventType: 'TASK_CANCELLED', data: { by: 'x', reason: 'y' } } as const)
                : ({ eventType: 'USER_INTERVENTION', data: { by: 'x', guidance: 'y' } } as const),
            );
            appends.push(log.events.append(name(each.stream), drafts));
          } else if (each.kind === 'subscribe') {
            const { stream: of, back, filtered } = each;
            const taskId = of === null ? null : name(of);
            const end =
              taskId === null
                ? await log.events.lastSequence()
                : ((await log.events.head(taskId))?.streamSequence ?? 0);
            const after = Math.max(taskId === null ? start : 0, end - back);
            const client = new Client();
            const { topic, ready } = live.join(subjectOf(taskId, filtered ? ['TASK_CANCELLED'] : undefined));
            client.subscription = new Subscription('s', topic, after, client);
            await ready;
            client.subscription.start();
            clients.push({ client, stream: of, after, filtered });
          } else if (each.kind === 'acknowledge') clients[each.client % (clients.length || 1)]?.client.acknowledge();
          else await rest(each.ms);
        }
        await Promise.all(appends);

        for (const { client, stream: of, after, filtered } of clients) {
          const all =
            of === null
              ? await log.events.readAll({ after, limit: 10_000 })
              : await log.events.getEvents(name(of), { afterSequence: after });
          const wanted = all
            .filter(({ eventType }) => !filtered || eventType === 'TASK_CANCELLED')
            .map((event) => (of === null ? event.sequenceNumber : event.streamSequence));
          const deadline = Date.now() + 5000;
          while (client.messages.length < wanted.length && Date.now() < deadline) {
            client.acknowledge();
            await rest(1);
          }
          expect(client.messages.map((message) => (of === null ? message.sequence : message.streamSequence))).toEqual(
            wanted,
          );
          expect(client.most).toBeLessThanOrEqual(4);
          expect(client.errors).toEqual([]);
          // Each frame begins where the one before has ended, and the first at the cursor.
          client.edges.forEach((edge, index) => {
            if (index === 0) expect(edge).toBe(after);
            else if (index % 2 === 0) expect(edge).toBe(client.edges[index - 1]);
          });
        }
        for (const { client } of clients) {
          client.subscription?.close();
          if (client.subscription) live.leave(client.subscription.topic);
        }
        expect(live.isFollowing).toBe(false);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('a frame', () => {
  it('is built once for all who stand at the same place [GW-3]', async () => {
    const live = new LiveLog(log.events, () => undefined);
    const sent: Frame[] = [];
    const sink: FrameSink = {
      hasRoom: () => true,
      failed: () => undefined,
      send: (_from, _to, frame) => sent.push(frame),
    };
    await log.events.append('shared', [{ eventType: 'USER_INTERVENTION', data: { by: 'x', guidance: 'y' } }]);
    const joined = Array.from({ length: 10 }, () => {
      const { topic, ready } = live.join(subjectOf('shared'));
      return { subscription: new Subscription('s', topic, 0, sink), ready };
    });
    for (const { subscription, ready } of joined) {
      await ready;
      subscription.start();
    }
    while (sent.length < 10) await rest(1);
    await log.events.append('shared', [{ eventType: 'USER_INTERVENTION', data: { by: 'x', guidance: 'z' } }]);
    while (sent.length < 20) await rest(1);
    expect(new Set(sent.slice(0, 10)).size).toBe(1);
    expect(new Set(sent.slice(10)).size).toBe(1);
    for (const { subscription } of joined) subscription.close();
    live.close();
  });
});
