import type { Command } from 'commander';
import type { Plan } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';

interface ApproveOptions extends ClientOptions {
  readonly planHash?: string;
  readonly reject?: string;
}

const HELP = `
Without --plan-hash the plan is shown and the plan that was shown is approved.

Examples:
  $ taskloom approve slugify-1
  $ taskloom approve slugify-1 --reject "one file is enough"`;

export function addApprove(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'approve <id>')
    .description('approve the plan of a task, or reject it with a reason: then another one is made')
    .option('--plan-hash <hash>', 'the plan that you saw; when it has changed meanwhile, nothing is done')
    .option('--reject <reason>', 'have the planner plan anew')
    .addHelpText('after', HELP)
    .action(
      cli.action(async (id: string, options: ApproveOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const planHash = options.planHash ?? shownPlan(cli, await client.plan(id), options);
        const task = await client.decidePlan(
          id,
          options.reject === undefined
            ? { decision: 'approve', planHash }
            : { decision: 'reject', planHash, reason: options.reject },
        );
        if (options.json) cli.terminal.json(task);
        else cli.terminal.print(`the plan is ${options.reject === undefined ? 'approved' : 'rejected'}`);
        return exitCodes.done;
      }),
    );
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
