import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../kernel/json.ts';
import { InvalidMessageError } from '../jobs.errors.ts';
import { EVERYONE, expectedReplies, type MessageType, messageTypes } from './agent-message.ts';
import { MessageFactory, type MessageParts } from './message-factory.ts';
import { MAX_MESSAGE_CHARACTERS, messageFromJson, messageToJson, parseMessage } from './parse-message.ts';

const NOON = Date.UTC(2026, 0, 31, 12);
const desk = new MessageFactory('desk', () => NOON);
const robot = new MessageFactory('robot', () => NOON + 5);

const payloads: { readonly [Type in MessageType]: MessageParts<Type>['payload'] } = {
  request: { action: 'http', params: { url: 'https://a.example' }, timeoutMs: 500, attempt: 1 },
  inform: { progress: 0.5, text: 'half way' },
  propose: { proposal: { steps: ['a', 'b'] } },
  agree: {},
  refuse: { reason: 'too busy' },
  confirm: {},
  failure: { code: 'TIMEOUT', reason: 'No answer came.', retryable: true },
  done: { result: [1, null, { sum: 3 }] },
  discover: { action: 'rpn', capabilities: ['gpu'] },
  offer: { load: 0.25 },
  assign: { action: 'rpn', params: { expression: '1 2 +' } },
};

const parts = { to: 'robot', intent: 'fetch a page', context: { jobId: 'job-1', stepId: 'fetch', tenant: 'a' } };
const question = desk.make('request', { ...parts, payload: payloads.request });
const sample = (type: MessageType) => desk.make(type, { ...parts, payload: payloads[type], inReplyTo: question.id });

/** What is wrong with a message of type request in which `change` replaces fields. */
function problemsOf(change: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseMessage({ ...question, ...change });
  } catch (error) {
    if (error instanceof InvalidMessageError) return error.issues.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}

describe('the making of messages (JB-1; unit list 1.2)', () => {
  it.each(messageTypes)('makes a %s with an id, a time and all fields [JB-1]', (type) => {
    const message = sample(type);
    expect(message).toMatchObject({
      type,
      ts: '2026-01-31T12:00:00.000Z',
      sender: 'desk',
      to: 'robot',
      intent: 'fetch a page',
      payload: payloads[type],
      context: parts.context,
      expected: expectedReplies[type],
      security: { lease: null },
    });
    expect(Object.keys(message).sort()).toEqual(
      'id ts type sender to intent payload context correlation expected status security'.split(' ').sort(),
    );
  });

  it('gives each message an id of its own [JB-1]', () => {
    const ids = Array.from({ length: 100 }, () => sample('inform').id);
    expect(new Set(ids).size).toBe(100);
  });

  it('answers to the sender, in the same conversation, about the same step, under the same lease [JB-1]', () => {
    const assigned = desk.make('assign', { ...parts, payload: payloads.assign, lease: 'lease-7' });
    const answer = robot.reply(assigned, 'done', { result: 3 });
    expect(answer).toMatchObject({
      type: 'done',
      sender: 'robot',
      to: 'desk',
      context: parts.context,
      correlation: { conversation: assigned.id, inReplyTo: assigned.id },
      status: 'done',
      security: { lease: 'lease-7' },
    });
    expect(desk.reply(answer, 'confirm', {}).correlation).toEqual({ conversation: assigned.id, inReplyTo: answer.id });
  });

  it('can be for everyone [JB-1]', () => {
    expect(desk.make('discover', { ...parts, to: EVERYONE, payload: payloads.discover }).to).toBe('*');
  });

  it('hands out what nobody can change, and keeps what the maker changes later out [JB-1]', () => {
    const params: Record<string, Json> = { list: [1] };
    const message = desk.make('request', { ...parts, payload: { action: 'http', params } });
    params.list = [2];
    expect(message.payload.params).toEqual({ list: [1] });
    expect(Object.isFrozen(message.payload.params)).toBe(true);
  });

  it('refuses parts that make no message [JB-1]', () => {
    expect(() => desk.make('refuse', { ...parts, payload: { reason: '' }, inReplyTo: question.id })).toThrow(
      'payload.reason: "" does not fit: give at least 1 characters',
    );
  });
});

describe('messages as JSON (JB-1; unit list 1.2)', () => {
  it.each(messageTypes)('brings a %s back as it was [JB-1]', (type) => {
    const message = sample(type);
    expect(messageFromJson(messageToJson(message))).toEqual(message);
    expect(JSON.parse(messageToJson(message))).toEqual(message);
  });

  it('loses nothing, whatever payload and context hold [JB-1]', () => {
    const object = fc
      .dictionary(
        fc.string().filter((key) => !['jobId', 'stepId', 'action', 'params'].includes(key)),
        fc.jsonValue(),
      )
      // A key that is refused, also far inside.
      .filter((value) => !JSON.stringify(value).includes('"__proto__":'))
      .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, Json>);
    fc.assert(
      fc.property(object, object, fc.string(), (params, more, value) => {
        const message = desk.make('request', {
          ...parts,
          payload: { action: 'http', params: { ...params, value } },
          context: { ...more },
        });
        expect(messageFromJson(messageToJson(message))).toEqual(message);
        expect(JSON.parse(messageToJson(message))).toEqual(message);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what is no JSON, and more than 4 Mi characters [JB-1]', () => {
    expect(() => messageFromJson('{"id": ')).toThrow(/^is not JSON: /);
    expect(() => messageFromJson('x'.repeat(MAX_MESSAGE_CHARACTERS + 1))).toThrow(/send less at once/);
    const large = { action: 'http', params: { text: 'x'.repeat(MAX_MESSAGE_CHARACTERS) } };
    expect(() => messageToJson(desk.make('request', { ...parts, payload: large }))).toThrow(/send less at once/);
  });
});

describe('messages that are wrong (JB-1; unit list 1.2)', () => {
  it.each(Object.keys(question))('are told of a missing %s [JB-1]', (field) => {
    const [problem] = problemsOf({ [field]: undefined });
    expect(problem).toMatch(new RegExp(`^${field} is missing: give `));
  });

  it.each([
    [{ id: '7' }, 'id "7" does not fit: give a UUID'],
    [{ ts: 'noon' }, 'ts "noon" does not fit: give a time in UTC such as 2026-01-31T08:00:00.000Z'],
    [{ ts: '2026-01-31T08:00:00+01:00' }, /^ts .* give a time in UTC/],
    [{ type: 'shout' }, `type "shout" is no type of message: give one of ${messageTypes.join(', ')}`],
    [{ type: ['request'] }, /^type the list is no type of message/],
    [{ sender: '' }, 'sender "" does not fit: give at least 1 characters'],
    [{ to: 'a\u0000b' }, /^to .* leave out control characters$/],
    [{ intent: 5 }, 'intent 5 does not fit: give a string'],
    [{ payload: { action: 'http', params: [] } }, 'payload.params the list does not fit: give an object'],
    [{ payload: { params: {} } }, 'payload.action is missing: give a string'],
    [{ payload: { ...payloads.request, timeoutMs: 0.5 } }, 'payload.timeoutMs 0.5 does not fit: give a whole number'],
    [{ payload: 'do it' }, 'payload "do it" does not fit: give an object'],
    [{ context: { jobId: 7 } }, 'context.jobId 7 does not fit: give a string'],
    [{ correlation: { conversation: 'c' } }, 'correlation.inReplyTo is missing: give a string'],
    [{ expected: ['done', 'cheer'] }, /^expected\[1\] "cheer" does not fit: give one of request, inform/],
    [{ status: 'ok' }, 'status "ok" does not fit: give one of pending, running, done, failed, cancelled'],
    [{ priority: 1 }, 'priority is no field here: leave it out'],
  ])('are told the field, the value and the cure of %j [JB-1]', (change, problem) => {
    expect(problemsOf(change)).toEqual([problem instanceof RegExp ? expect.stringMatching(problem) : problem]);
  });

  it('are told of all that is wrong at once [JB-1]', () => {
    expect(problemsOf({ id: 1, ts: 2, extra: 3 }).map((problem) => problem.split(' ')[0])).toEqual([
      'id',
      'ts',
      'extra',
    ]);
  });

  it('never repeat a lease [JB-1]', () => {
    expect(problemsOf({ security: { lease: 'very-secret'.repeat(30) } })).toEqual([
      'security.lease what is given does not fit: give at most 200 characters',
    ]);
  });

  it('cannot answer without naming what they answer [JB-1]', () => {
    for (const type of ['agree', 'refuse', 'confirm', 'failure', 'done', 'offer'] as const) {
      const { message } = thrown(() => desk.make(type, { ...parts, payload: payloads[type] }));
      expect(message).toBe(`correlation.inReplyTo: null does not fit: ${type} answers a message, give the id of that`);
    }
  });

  it('cannot say done and failed at once [JB-1]', () => {
    expect(() => robot.reply(question, 'done', { result: 1 }, { status: 'failed' })).toThrow(/status: "failed"/);
    expect(() => robot.reply(question, 'failure', payloads.failure, { status: 'done' })).toThrow(/status: "done"/);
    expect(robot.reply(question, 'failure', payloads.failure, { status: 'cancelled' }).status).toBe('cancelled');
  });

  it('cannot hold what is no JSON, a circle, or a prototype, or be very deep [JB-1]', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const deep = JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) as unknown;
    const prototype = JSON.parse('{"__proto__": 1}') as unknown;
    for (const part of [circle, deep, prototype, new Date(), () => 1, Number.NaN]) {
      expect(problemsOf({ context: { part } })).toEqual([expect.stringMatching(/^message\.context\.part/)]);
    }
    for (const nothing of [null, undefined, 'hello', 7, []]) {
      expect(() => parseMessage(nothing)).toThrow(InvalidMessageError);
    }
  });
});

function thrown(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('Nothing was thrown.');
}
