import { z } from 'zod';
import { type LinesExplanation, taskStatuses } from '../../tasks/index.ts';
import { taskId, text, wholeNumber } from '../fields.ts';
import { type DefinedTool, defineTool } from '../tool.ts';
import type { ToolServices } from './tool-services.ts';

const reads = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

const changeOutput = z.object({
  from: z.int().describe('First line, from 1'),
  to: z.int(),
  sequence: z.int().describe('Of the event that brought them'),
  version: z.int(),
  event_type: z.string(),
  origin: z.string(),
  call_id: z.string().nullable().describe('The model call: get_context shows what it was told'),
  answered_by: z.string().nullable(),
  planned_as: z.string().nullable().describe('What the plan says the module is to do'),
  failed_before: z.array(z.string()).describe('Tests that made the change necessary'),
  passed_after: z.array(z.string()),
  causes: z.array(z.object({ sequence: z.int(), event_type: z.string() })).describe('From the prompt to the change'),
});

/** Why things are as they are: what a model was told, what a task waits for, where a line comes from. */
export function explainingTools({ tasks, contexts }: ToolServices): readonly DefinedTool[] {
  return [
    defineTool({
      name: 'get_context',
      title: 'See what a model was told',
      description:
        'The prompt of a model call, part by part: what is in it and why, what was left out, how many tokens it took. By default of the newest call.',
      role: ['viewer'],
      annotations: reads,
      input: z.strictObject({
        task_id: taskId(),
        sequence: wholeNumber('The newest call up to this event', 1).optional(),
        call_id: text('The call of this id', { max: 64 }).optional(),
      }),
      output: z.object({
        call_id: z.string(),
        sequence: z.int(),
        kind: z.string(),
        module: z.string().nullable(),
        model: z.string().nullable().describe('null: whoever claims it'),
        tokens: z.int().nullable(),
        room: z.int().nullable().describe('Most tokens that the prompt might take'),
        parts: z.array(z.object({ part: z.string(), tokens: z.int(), why: z.string(), included: z.boolean() })),
        messages: z.array(z.object({ role: z.string(), content: z.string() })),
        rebuilt: z.enum(['same', 'different', 'impossible']).describe('Whether the events give the same prompt again'),
      }),
      run: async ({ task_id, sequence, call_id }) => {
        const found = await contexts.find(task_id, { sequence, callId: call_id });
        return {
          data: {
            call_id: found.callId,
            sequence: found.sequence,
            kind: found.signature,
            module: found.module,
            model: found.model,
            tokens: found.tokens,
            room: found.promptTokens,
            parts: found.parts.map(({ part, tokens, why, included }) => ({ part, tokens, why, included })),
            messages: found.messages.map(({ role, content }) => ({ role, content })),
            rebuilt: found.rebuilt,
          },
          said: `${found.signature} was told ${found.tokens ?? 'an unknown number of'} tokens.`,
          next: 'send_intervention adds what is missing to the next call.',
        };
      },
    }),

    defineTool({
      name: 'get_briefing',
      title: 'Be briefed on a file',
      description:
        'What of a task there is to know for work on one file of it, in levels within a budget of tokens: the file and what it builds on, what fails, facts and related functions, tests, decisions.',
      role: ['viewer'],
      annotations: reads,
      input: z.strictObject({
        task_id: taskId(),
        path: text('A file of the task', { max: 1024 }),
        about: text('What is to be done with it', { max: 10_000 }).optional(),
        tokens: wholeNumber('The budget, of which it takes at most 80 %. Default: 8192', 100, 1_000_000).optional(),
      }),
      output: z.object({
        sequence: z.int().describe('Of the newest event that it knows'),
        tokens: z.int().describe('Estimated'),
        text: z.string(),
        left_out: z.array(z.string()).describe('What there was no room for'),
      }),
      run: async ({ task_id, path, about, tokens }) => {
        const found = await contexts.briefings.of(task_id, { path, about, tokens });
        const left = found.parts.filter(({ included }) => !included).map(({ part }) => part);
        return {
          data: { sequence: found.sequence, tokens: found.tokens, text: found.text, left_out: left },
          said: `What there is to know for ${path}, in ${found.tokens} tokens; ${left.length} parts had no room.`,
          next: 'explain with the path tells why each line is as it is.',
        };
      },
    }),

    defineTool({
      name: 'explain',
      title: 'Explain a task or its code',
      description:
        'Without path: why a task does not go on. With path: why a file, or one line of it, is as it is: which change brought it, by which model call, for which part of the plan, because of which tests.',
      role: ['viewer'],
      annotations: reads,
      input: z.strictObject({
        task_id: taskId(),
        path: text('A file of the task', { max: 1024 }).optional(),
        line: wholeNumber('One line of it, from 1. Default: all', 1).optional(),
        version: wholeNumber('Code version. Default: the newest', 0).optional(),
      }),
      output: z.object({
        status: z.enum(taskStatuses),
        waits_for: z.string().describe('nothing, slot, dependency, model, answer, approval, resume or other'),
        detail: z.string(),
        tasks: z.array(z.string()).describe('Those that have to end first, or that hold the slots'),
        until: z.string().nullable().describe('When it goes on by itself'),
        changes: z.array(changeOutput).describe('With path: neighbouring lines that came with one change'),
      }),
      run: async ({ task_id, path, line, version }) => {
        const why = await tasks.read.why(task_id);
        const lines = path === undefined ? [] : (await tasks.read.explain(task_id, { path, line, version })).lines;
        return {
          data: {
            status: why.status,
            waits_for: why.waitsFor,
            detail: why.detail,
            tasks: [...why.tasks],
            until: why.until,
            changes: lines.map(changeOf),
          },
          said: path === undefined ? why.detail : `${path} came of ${lines.length} changes.`,
          next:
            path === undefined
              ? 'get_task_status says what the task needs.'
              : 'get_context with a call_id shows what the model was told.',
        };
      },
    }),
  ];
}

function changeOf({ from, to, change }: LinesExplanation): z.input<typeof changeOutput> {
  const { sequence, version, eventType, origin, call, plan, testsBefore, testsPassed, causes } = change;
  return {
    ...{ from, to, sequence, version, origin },
    event_type: eventType,
    call_id: call?.callId ?? null,
    answered_by: call?.by ?? null,
    planned_as: plan?.module.description ?? null,
    failed_before: (testsBefore?.failed ?? []).map(({ name }) => name),
    passed_after: [...(testsPassed?.passed ?? [])],
    causes: causes.map((cause) => ({ sequence: cause.sequence, event_type: cause.eventType })),
  };
}
