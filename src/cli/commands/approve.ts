import type { Command } from 'commander';
import { type Approval, type Plan, type TaskloomClient, TaskloomError } from '../../client/index.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

interface ApproveOptions extends ClientOptions {
  readonly planHash?: string;
  readonly hash?: string;
  readonly as?: string;
  readonly reject?: string;
  readonly answer?: string;
}

const HELP = `
The id is that of a task, whose plan is approved, or that of a question of a job, as the list without an id shows them.
Without --plan-hash or --hash what is to be done is shown, and what was shown is approved.

Examples:
  $ taskloom approve
  $ taskloom approve slugify-1
  $ taskloom approve slugify-1 --reject "one file is enough"
  $ taskloom approve 0198f6a4-6a3c-7b7e-8d3a-111111111111 --as ada
  $ taskloom approve 0198f6a4-6a3c-7b7e-8d3a-111111111111 --answer 4711`;

export function addApprove(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'approve [id]')
    .description('approve or reject the plan of a task, or a step of a job; without an id: list the steps that wait')
    .option('--plan-hash <hash>', 'the plan that you saw; when it has changed meanwhile, nothing is done')
    .option('--hash <hash>', 'the step that you saw; when it has changed meanwhile, nothing is done')
    .option('--as <name>', 'who you are: where two have to approve, they have to be different ones')
    .option('--answer <text>', 'what a step of a job wants to be told; with a number or a choice as it is written')
    .option('--reject <reason>', 'have the planner plan anew; of a step: let it fail')
    .addHelpText('after', HELP)
    .action(cli.action((id: string | undefined, options: ApproveOptions) => approve(cli, id, options)));
}

async function approve(cli: Cli, id: string | undefined, options: ApproveOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  if (id === undefined) return list(cli, await client.approvals(), options);
  const question = await questionOf(client, id);
  if (question) return await decide(cli, client, question, options);
  const planHash = options.planHash ?? shownPlan(cli, await client.plan(id), options);
  const by = options.as === undefined ? {} : { by: options.as };
  const task = await client.decidePlan(
    id,
    options.reject === undefined
      ? { decision: 'approve', planHash, ...by }
      : { decision: 'reject', planHash, reason: options.reject, ...by },
  );
  if (options.json) cli.terminal.json(task);
  else cli.terminal.print(`the plan is ${options.reject === undefined ? 'approved' : 'rejected'}`);
  return exitCodes.done;
}

/** The question of a job with this id, or null: then it is a task. */
async function questionOf(client: TaskloomClient, id: string): Promise<Approval | null> {
  if (!isUuid(id)) return null;
  try {
    return await client.getApproval(id);
  } catch (error) {
    if (error instanceof TaskloomError && error.code === 'JOBS_APPROVAL_NOT_FOUND') return null;
    throw error;
  }
}

async function decide(
  cli: Cli,
  client: TaskloomClient,
  question: Approval,
  { hash, as: by, reject, answer, json }: ApproveOptions,
): Promise<ExitCode> {
  if (hash === undefined && !json) {
    cli.terminal.print(
      `${printable(question.step)} of job ${printable(question.jobId)}: ${printable(question.action)}`,
    );
    for (const part of [question.selector, question.text]) if (part) cli.terminal.print(`  ${printable(part, 500)}`);
    cli.terminal.print(`  ${printable(JSON.stringify(question.params), 2000)}`);
  }
  const decided = await client.decideApproval(question.approvalId, {
    decision: reject === undefined ? 'approve' : 'refuse',
    hash: hash ?? question.hash,
    ...(by === undefined ? {} : { by }),
    ...(reject === undefined ? {} : { reason: reject }),
    ...(answer === undefined ? {} : { answer }),
  });
  const left = decided.needed - decided.approvedBy.length;
  if (json) cli.terminal.json(decided);
  else
    cli.terminal.print(decided.status === 'open' ? `approved; ${left} more has to` : `the step is ${decided.status}`);
  return exitCodes.done;
}

function list(cli: Cli, questions: readonly Approval[], { json }: ClientOptions): ExitCode {
  if (json) {
    for (const question of questions) cli.terminal.json(question);
    return exitCodes.done;
  }
  const rows = questions.map(({ approvalId, jobId, step, action, needed, approvedBy, until }) => [
    approvalId,
    jobId,
    step,
    action,
    `${approvedBy.length}/${needed}`,
    until,
  ]);
  for (const line of table(['id', 'job', 'step', 'action', 'approved', 'until'], rows)) cli.terminal.print(line);
  return exitCodes.done;
}

function shownPlan(cli: Cli, plan: Plan, { json }: ClientOptions): string {
  if (!json) {
    cli.terminal.print(`${printable(plan.objective, 500)} (${printable(plan.language)})`);
    for (const { path, description, dependsOn } of plan.modules) {
      const needs = dependsOn.length > 0 ? ` needs ${printable(dependsOn.join(', '))}` : '';
      cli.terminal.print(`  ${printable(path)}${needs}: ${printable(description, 300)}`);
    }
  }
  return plan.planHash;
}
