import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { TasksService } from '../tasks/index.ts';
import { memoised } from './memoised-schema.ts';
import { nextStep, standing } from './next-step.ts';
import { taskOutputOf } from './task-output.ts';

const user = (text: string) => ({ messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] });

const writeCode = memoised(
  z.object({
    goal: z.string().max(20_000).describe('What the code is to do'),
    language: z.string().max(64).describe('javascript, typescript or python').optional(),
  }),
);
const ofTask = memoised(z.object({ task_id: z.string().max(256).describe('The task') }));

/** What a person can pick from a menu of their client. */
export function registerPrompts(server: McpServer, tasks: TasksService, refusal: (error: unknown) => Error): void {
  const lookUp = async <T>(look: () => Promise<T>): Promise<T> => {
    try {
      return await look();
    } catch (error) {
      throw refusal(error);
    }
  };

  server.registerPrompt(
    'write_code',
    {
      title: 'Have code written and tested',
      description: 'Starts a coding task and follows it.',
      argsSchema: writeCode,
    },
    ({ goal, language }) =>
      user(
        `Have this built with Taskloom: ${goal}

1. If it is not clear how it will be used, or what counts as done, ask me first, at most three questions.
2. Write tests that show what counts as done, in the way people will use it. They are the measure: no model can change them.
3. Call start_coding_task${language ? ` with language ${JSON.stringify(language)},` : ' with'} the prompt, your tests as files with role test, and a new UUID as idempotency_key.
4. Follow it with get_task_status and wait_ms. Do what "Next" in its answers says: answer its questions, or ask me when only I can.
5. When it is completed, read the files with get_task_files and tell me what was built, how it is used and what the tests show.`,
      ),
  );

  server.registerPrompt(
    'be_the_model',
    {
      title: 'Answer what tasks ask',
      description: 'Works off the questions of tasks for which no model is configured.',
    },
    () =>
      user(`You are the model of a Taskloom server. Repeat until claim_work has answered twice in a row that nothing waits:

1. Call claim_work with wait_ms 25000.
2. Read its messages as if they had been put to you. Answer with one JSON object of the form answer_schema, and nothing else: do not use other tools for it, and do not change tests to fit code.
3. Call submit_work with item_id, lease_token and your answer. If it is refused, correct what it names and hand it in again. If you cannot answer, call release_work.`),
  );

  server.registerPrompt(
    'review_task',
    {
      title: 'Review what a task has made',
      description: 'A critical look at the result of a task.',
      argsSchema: ofTask,
    },
    async ({ task_id }) => {
      const task = await lookUp(() => tasks.read.get(task_id));
      return user(`Review the result of this Taskloom task.

${JSON.stringify(taskOutputOf(task), null, 2)}

Read its files with get_task_files, and its plan (the resource ${JSON.stringify('…/plan')} under its uri). Check whether the code does what the prompt asks, also at the edges that the tests leave out; whether the tests could pass with wrong code; and what nobody will understand in a month. Where something is wrong, say what, where and how to see it. explain says why a line is as it is.`);
    },
  );

  server.registerPrompt(
    'unblock_task',
    {
      title: 'Get a task going again',
      description: 'Why a task does not go on, and what to do about it.',
      argsSchema: ofTask,
    },
    async ({ task_id }) => {
      const task = await lookUp(() => tasks.read.get(task_id));
      const why = await lookUp(() => tasks.read.why(task_id));
      return user(`${standing(task)} ${why.detail}

${JSON.stringify(taskOutputOf(task), null, 2)}

Find out what it needs (list_events, get_context and explain show what was tried and what the model was told), and do it: ${nextStep(task)} Ask me where only I can decide.`);
    },
  );
}
