import { hostname, platform, release } from 'node:os';
import type { Command } from 'commander';
import type { AgentSessionOptions, StepWork, TaskloomClient } from '../../client/index.ts';
import type { Json } from '../../kernel/json.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { commandHandler } from '../command-handler.ts';
import { endSignal } from '../end-signals.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';

interface AgentOptions extends ClientOptions {
  readonly id?: string;
  readonly exec?: string;
  readonly concurrency: number;
}

const HELP = `
An agent of the action rpn is a calculator. For any other action say with --exec what it does: the command is run for each
step, gets it as JSON on standard input (action, selector, text, params), and what it prints is the result (JSON, or else
text). An exit code other than 0 is a failure, told with what stands on standard error.

With --id and TASKLOOM_AGENT_KEY it is the agent that was registered before; else it registers, and its key is printed
with --json alone.

Examples:
  $ taskloom agent rpn
  $ taskloom agent send_mail notify --exec ./notify.sh --concurrency 2`;

export function addAgent(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'agent <action...>')
    .description('be an agent that does steps of jobs, until Ctrl-C')
    .option('--id <id>', 'its name (default: the server makes one)')
    .option('--exec <command>', 'what to run for each step, by the shell')
    .option('--concurrency <count>', 'steps at once', wholeNumber, 1)
    .addHelpText('after', HELP)
    .action(cli.action((actions: readonly string[], options: AgentOptions) => serve(cli, actions, options)));
}

/** Works until it is told to stop, and then finishes what it is at. A second signal ends it at once. */
async function serve(cli: Cli, actions: readonly string[], options: AgentOptions): Promise<ExitCode> {
  const handle = await handlerOf(actions, options);
  const url = cli.serverUrl(options);
  using client = cli.connect(url);
  const identity = await identityOf(cli, client, actions, options);
  const session = client.serveSteps({
    ...identity,
    handle,
    onRefused: ({ stepId, message }) => cli.terminal.note(`${printable(stepId)}: ${printable(message, 500)}`, 'bad'),
  });
  const stopped = endSignal();
  await session.connectedOnce;
  if (options.json) cli.terminal.json({ ...identity, actions, url });
  else
    cli.terminal.print(
      `${printable(identity.agentId)} does ${printable(actions.join(', '))} for ${printable(url)}; Ctrl-C ends it`,
    );
  await Promise.race([stopped, session.ended]);
  if (session.handling > 0) cli.terminal.note('Finishing what it is at; Ctrl-C again ends it now.', 'dim');
  await session.stop();
  return exitCodes.done;
}

async function identityOf(
  cli: Cli,
  client: TaskloomClient,
  actions: readonly string[],
  { id, concurrency }: AgentOptions,
): Promise<{ readonly agentId: string; readonly key: string }> {
  const known = cli.environment.TASKLOOM_AGENT_KEY?.trim();
  if (known && id !== undefined) return { agentId: id, key: known };
  if (known) throw new UsageError('TASKLOOM_AGENT_KEY is that of one agent: say with --id of which.');
  const { agent, key } = await client.registerAgent({
    host: hostname(),
    os: `${platform()} ${release()}`,
    capabilities: [...actions],
    maxConcurrent: Math.max(1, concurrency),
    ...(id === undefined ? {} : { agentId: id }),
  });
  return { agentId: agent.agentId, key };
}

async function handlerOf(actions: readonly string[], { exec }: AgentOptions): Promise<AgentSessionOptions['handle']> {
  if (exec !== undefined) {
    const run = commandHandler(exec);
    return ({ jobId, stepId, action, selector, text, params, attempt, signal }: StepWork): Promise<Json> =>
      run(
        { action, selector, text, params },
        { messageId: `${jobId}/${stepId}`, attempt, signal, progress: () => undefined },
      );
  }
  if (actions.length === 1 && actions[0] === 'rpn') {
    // Only now: the other commands need nothing of it.
    const { answerRpn } = await import('../../broker/index.ts');
    return ({ params }) => answerRpn(params);
  }
  throw new UsageError(
    `Nobody knows what an agent for ${actions.join(', ')} does: say so with --exec, or take rpn alone.`,
  );
}
