import { z } from 'zod';
import { type JobView, MAX_ANSWER_CHARACTERS } from '../../jobs/index.ts';
import { metadata, newTaskId, text, waitMs, wholeNumber } from '../fields.ts';
import { approvalOutput, approvalOutputOf, jobOutput, jobOutputOf } from '../job-output.ts';
import { type DefinedTool, defineTool, type ToolAnswer } from '../tool.ts';
import { waitForStream } from '../wait-for-task.ts';
import type { ToolServices } from './tool-services.ts';

const reads = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };
const isOver = ({ status }: JobView) => status === 'done' || status === 'failed' || status === 'cancelled';
const question = ({ steps }: JobView) => steps.find(({ approvalId }) => approvalId !== null);

/** Jobs: graphs of steps that agents do, and the questions that they put to people. */
export function jobTools({ jobs, approvals, events }: ToolServices): readonly DefinedTool[] {
  return [
    defineTool({
      name: 'create_job',
      title: 'Start a job',
      description:
        'Has a graph of steps done by agents: of a request in plain words, of an intent with its values, or of steps. Answers once the job is durable. Give a job_id so that a repeated call does not start a second one.',
      role: ['operator'],
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
      input: z.strictObject({
        job_id: newTaskId().optional(),
        request: text('What is to be done, in plain words', { max: 10_000 }).optional(),
        intent: text('The name of an intent', { max: 200 }).optional(),
        params: z.record(z.string(), z.json()).describe('What the intent needs').optional(),
        steps: z
          .array(z.record(z.string(), z.json()))
          .describe('Steps, each {id, action, params?, dependsOn?, timeoutMs?, retries?}')
          .optional(),
        priority: z
          .union([z.string().max(20), z.int().min(0).max(100)])
          .describe('CRITICAL, HIGH, MEDIUM, LOW, or 0 (first) to 100')
          .optional(),
        max_retries: wholeNumber('How often a step that fails is tried again', 0, 100).optional(),
        metadata: metadata().optional(),
      }),
      output: jobOutput,
      run: async ({ job_id: jobId, steps: tasks, max_retries: maxRetries, ...rest }, { by }) =>
        answerWith(await jobs.create({ jobId, tasks, maxRetries, ...rest }, { submitter: by })),
    }),

    defineTool({
      name: 'get_job',
      title: 'See how a job stands',
      description: 'Its status, its steps and what it waits for. With wait_ms it waits until the job is over or asks.',
      role: ['viewer'],
      annotations: reads,
      input: z.strictObject({
        job_id: text('The job', { max: 256 }),
        wait_ms: waitMs('How long to wait for its end, in milliseconds').default(0),
      }),
      output: jobOutput,
      run: async ({ job_id, wait_ms }, { signal, progress }) => {
        const job = await waitForStream(events, job_id, (id) => jobs.read.get(id), {
          until: (each) => isOver(each) || question(each) !== undefined,
          waitMs: wait_ms,
          signal,
          onNews: (each) => progress?.(each.sequence, standing(each)),
        });
        return answerWith(job);
      },
    }),

    defineTool({
      name: 'list_approvals',
      title: 'List what waits for approval',
      description: 'Steps of jobs that people have to approve before they run, the oldest first.',
      role: ['viewer'],
      annotations: reads,
      input: z.strictObject({}),
      output: z.object({ approvals: z.array(approvalOutput) }),
      run: async () => {
        const open = await approvals.list();
        return {
          data: { approvals: open.map(approvalOutputOf) },
          said: open.length === 0 ? 'Nothing waits for approval.' : `${open.length} of them.`,
          next: 'decide_approval answers one, in the name of the people that you speak for.',
        };
      },
    }),

    defineTool({
      name: 'decide_approval',
      title: 'Approve or refuse a step',
      description:
        'Bound to what was seen by its hash. Only ever in the name of a person who has said so: it counts as the word of the key that this client has.',
      role: ['operator'],
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
      input: z.strictObject({
        approval_id: text('The question', { max: 100 }),
        decision: z.enum(['approve', 'refuse']).describe('What is said'),
        hash: text('hash of what was seen', { max: 64 }),
        reason: text('Why, with refuse; it is recorded', { max: 1000 }).optional(),
        answer: text('With approve: what the step wants to be told, where its params have an answer', {
          max: MAX_ANSWER_CHARACTERS,
        }).optional(),
      }),
      output: approvalOutput,
      run: async ({ approval_id, ...decision }, { by }) => {
        const approval = await approvals.decide(approval_id, { ...decision, by });
        return {
          data: approvalOutputOf(approval),
          said: `It is ${approval.status}.`,
          next: `get_job ${JSON.stringify({ job_id: approval.jobId })} shows how the job goes on.`,
        };
      },
    }),
  ];
}

function answerWith(job: JobView): ToolAnswer<z.input<typeof jobOutput>> {
  return { data: jobOutputOf(job), said: standing(job), next: nextStep(job) };
}

function standing({ jobId, status, steps, error, waitingFor }: JobView): string {
  const done = steps.filter(({ phase }) => phase === 'done').length;
  const why = error?.reason ?? waitingFor?.detail;
  return `Job ${JSON.stringify(jobId)} is ${status}, ${done} of ${steps.length} steps are done${why ? `: ${why}` : '.'}`;
}

function nextStep(job: JobView): string {
  if (isOver(job)) return job.status === 'failed' ? 'A person can look at it, change its steps and retry it.' : 'None.';
  const asked = question(job);
  if (asked) return `list_approvals shows what is to be decided (${asked.approvalId}).`;
  return `get_job ${JSON.stringify({ job_id: job.jobId, wait_ms: 25_000 })} waits for its end.`;
}
