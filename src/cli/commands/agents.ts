import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';

interface AgentsOptions extends ClientOptions {
  readonly delete?: string;
}

export function addAgents(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'agents')
    .description('list the agents that do steps of jobs, the server itself first')
    .option('--delete <id>', 'delete one: its key is void, and what it has goes to another')
    .addHelpText('after', '\nExamples:\n  $ taskloom agents\n  $ taskloom agents --delete desk-7')
    .action(cli.action((options: AgentsOptions) => agents(cli, options)));
}

async function agents(cli: Cli, options: AgentsOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  if (options.delete !== undefined) await client.deleteAgent(options.delete);
  const all = await client.agents();
  if (options.json) {
    for (const agent of all) cli.terminal.json(agent);
    return exitCodes.done;
  }
  const rows = all.map((agent) => [
    agent.agentId,
    agent.status === 'live' && !agent.present ? 'away' : agent.status,
    `${agent.holding}/${agent.maxConcurrent}`,
    agent.host,
    agent.os,
    agent.lastSeen,
    agent.capabilities.join(' '),
  ]);
  for (const line of table(['agent', 'state', 'busy', 'host', 'os', 'last seen', 'can'], rows))
    cli.terminal.print(line);
  return exitCodes.done;
}
