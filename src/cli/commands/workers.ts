import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';

export function addWorkers(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'workers')
    .description('list the workers of the server, in it and connected to it')
    .addHelpText('after', '\nExample:\n  $ taskloom workers --json')
    .action(cli.action((options: ClientOptions) => workers(cli, options)));
}

async function workers(cli: Cli, options: ClientOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const all = await client.workers();
  if (options.json) {
    for (const worker of all) cli.terminal.json(worker);
    return exitCodes.done;
  }
  const rows = all.map((worker) => [
    worker.id,
    worker.type,
    worker.reachable ? worker.state : 'away',
    `${worker.handling}/${worker.maxConcurrent}`,
    String(worker.waiting),
    String(worker.answered),
    String(worker.failed),
    worker.capabilities.join(' '),
  ]);
  const headings = ['worker', 'type', 'state', 'busy', 'waiting', 'answered', 'failed', 'capabilities'];
  for (const line of table(headings, rows)) cli.terminal.print(line);
  return exitCodes.done;
}
