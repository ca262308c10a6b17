import { z } from 'zod';
import { strategies } from '../../broker/index.ts';
import { text, waitMs, wholeNumber } from '../fields.ts';
import { type DefinedTool, defineTool } from '../tool.ts';
import type { ToolServices } from './tool-services.ts';

const takes = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };

const claimedItem = z.object({
  item_id: z.string(),
  task_id: z.string(),
  kind: z.string().describe('PlanTask, WriteTests, GenerateModule or CorrectModule'),
  role: z.string().describe('planner or executor'),
  module: z.string().nullable(),
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
    .describe('The prompt'),
  answer_schema: z.record(z.string(), z.unknown()).describe('JSON Schema that the answer must have'),
  lease_token: z.string().describe('Proof of the claim: give it with the answer'),
  lease_until: z.string().nullable().describe('Then it is free again'),
});

/** Being the model of tasks that have none, and being the boss of workers. */
export function workTools({ items, broker }: ToolServices): readonly DefinedTool[] {
  return [
    defineTool({
      name: 'claim_work',
      title: 'Take a question to answer',
      description:
        'Where no model is configured, whoever calls this is the model: it gives the oldest question that a task waits for, under a lease, with the form that the answer must have. Answer it with submit_work.',
      role: ['worker', 'operator'],
      annotations: takes,
      input: z.strictObject({
        by: text('Who answers; it is recorded. Default: the name of your client. With a key its name counts instead', {
          max: 100,
        }).optional(),
        kinds: z
          .array(text('A kind or role', { max: 64 }))
          .max(16)
          .describe(
            'Only these kinds (PlanTask, WriteTests, GenerateModule, CorrectModule) or roles (planner, executor)',
          )
          .optional(),
        wait_ms: waitMs('How long to wait for one, in milliseconds').default(0),
      }),
      output: z.object({ item: claimedItem.nullable().describe('null: there was none within the time') }),
      run: async ({ by, kinds, wait_ms }, call) => {
        const item = await items.claim({ by: call.personOf(by), waitMs: wait_ms, signal: call.signal, kinds });
        // Nobody is there to hear of the lease: without this the item would be lost until it ends.
        if (item && call.signal.aborted) await items.release(item.id, item);
        if (!item) {
          return {
            data: { item: null },
            said: 'No question waits for an answer.',
            next: 'claim_work again with wait_ms, or start a task.',
          };
        }
        const { id, taskId, kind, role, module, messages, answerSchema, leaseToken, leaseUntil } = item;
        return {
          data: {
            item: {
              ...{ item_id: id, task_id: taskId, kind, role, module },
              messages: messages.map((message) => ({ role: message.role, content: message.content })),
              answer_schema: answerSchema,
              lease_token: leaseToken,
              lease_until: leaseUntil,
            },
          },
          said: `${kind} of task ${JSON.stringify(taskId)} is yours until ${leaseUntil}.`,
          next: 'Answer what the messages ask, as JSON of the form answer_schema, and hand it in: submit_work with item_id, lease_token and answer.',
        };
      },
    }),

    defineTool({
      name: 'submit_work',
      title: 'Hand in an answer',
      description:
        'Answers a question that claim_work gave. An answer that does not fit the schema is refused, says where, and leaves the question yours: correct it and hand it in again.',
      role: ['worker', 'operator'],
      annotations: takes,
      input: z.strictObject({
        item_id: text('item_id of the claim', { max: 64 }),
        lease_token: text('lease_token of the claim', { max: 256 }),
        answer: z
          .union([z.record(z.string(), z.unknown()), z.string()])
          .describe('The JSON object that answer_schema describes, or the text it stands in'),
      }),
      output: z.object({ item_id: z.string(), status: z.literal('answered') }),
      run: async ({ item_id, lease_token, answer }) => {
        await items.answer(item_id, { leaseToken: lease_token, answer });
        return {
          data: { item_id, status: 'answered' as const },
          said: 'The answer is recorded, and its task goes on.',
          next: 'claim_work with wait_ms gives the next question.',
        };
      },
    }),

    defineTool({
      name: 'release_work',
      title: 'Give a question back',
      description: 'A question that claim_work gave and that you will not answer: it is free again at once.',
      role: ['worker', 'operator'],
      annotations: takes,
      input: z.strictObject({
        item_id: text('item_id of the claim', { max: 64 }),
        lease_token: text('lease_token of the claim', { max: 256 }),
      }),
      output: z.object({ item_id: z.string(), status: z.literal('released') }),
      run: async ({ item_id, lease_token }) => {
        await items.release(item_id, { leaseToken: lease_token });
        return {
          data: { item_id, status: 'released' as const },
          said: 'It is free again.',
          next: 'Nothing: whoever claims it next answers it.',
        };
      },
    }),

    defineTool({
      name: 'dispatch_message',
      title: 'Send a message to workers',
      description:
        'Hands a message to workers that are in the server or connected to it, and answers with what they make of it. list_workers says which there are.',
      role: ['operator'],
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
      input: z.strictObject({
        strategy: z
          .enum(strategies)
          .describe(
            'DIRECT: to the worker "target". ROUND_ROBIN: to the matching ones in turn. BROADCAST: to all matching ones. OFFER: to the one that bids best',
          ),
        target: text('Id of the worker; with DIRECT, and only then', { max: 100 }).optional(),
        type: text('Only workers of this type', { max: 100 }).optional(),
        capabilities: z
          .array(text('A capability', { max: 100 }))
          .max(64)
          .describe('Only workers that have all of them')
          .optional(),
        payload: z.json().describe('What the worker gets'),
        timeout_ms: wholeNumber('How long to wait for the answer, in milliseconds', 1, 50_000).default(25_000),
        repeatable: z
          .boolean()
          .describe('Whether another worker may do it again when one is lost in the middle')
          .default(false),
      }),
      output: z.object({
        message_id: z.string().describe('Also a stream: list_events {"task_id": message_id} says what became of it'),
        answers: z.array(
          z.object({
            worker_id: z.string(),
            ok: z.boolean(),
            result: z.unknown().describe('With ok: any JSON').optional(),
            error: z.object({ code: z.string(), message: z.string() }).optional(),
          }),
        ),
      }),
      run: async ({ timeout_ms, payload, strategy, repeatable, ...to }) => {
        const request = { strategy, payload, repeatable, timeoutMs: timeout_ms, ...to };
        const { messageId, answers } = await broker.dispatch(request);
        const failed = answers.filter(({ ok }) => !ok).length;
        return {
          data: {
            message_id: messageId,
            answers: answers.map((answer) =>
              answer.ok
                ? { worker_id: answer.workerId, ok: true, result: answer.result }
                : {
                    worker_id: answer.workerId,
                    ok: false,
                    error: { code: answer.error.code, message: answer.error.message },
                  },
            ),
          },
          said: `${answers.length - failed} of ${answers.length} workers have done it.`,
          next: 'Nothing: the answers are all there.',
        };
      },
    }),

    defineTool({
      name: 'list_workers',
      title: 'List workers',
      description: 'The workers that dispatch_message can reach, and how busy they are.',
      role: ['viewer'],
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
      input: z.strictObject({}),
      output: z.object({
        workers: z.array(
          z.object({
            id: z.string(),
            type: z.string(),
            capabilities: z.array(z.string()),
            reachable: z.boolean(),
            handling: z.int(),
            waiting: z.int(),
          }),
        ),
      }),
      run: () => {
        const workers = broker.list().map(({ id, type, capabilities, reachable, handling, waiting }) => ({
          ...{ id, type, reachable, handling, waiting },
          capabilities: [...capabilities],
        }));
        return Promise.resolve({
          data: { workers },
          said: `${workers.length} workers.`,
          next: 'dispatch_message with their id or type has them do something.',
        });
      },
    }),
  ];
}
