import type { Command } from 'commander';
import type { ConnectionStatus } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';

export function addTop(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'top')
    .description('see and steer all tasks on one screen, live')
    .addHelpText(
      'after',
      '\nKeys: arrows select a task, c cancels it, i gives it guidance, f hides what is over,\np pauses the events, q quits. With --json the tasks, workers and health of now, once.\n\nExample:\n  $ taskloom top',
    )
    .action(cli.action((options: ClientOptions) => top(cli, options)));
}

async function top(cli: Cli, options: ClientOptions): Promise<ExitCode> {
  const url = cli.serverUrl(options);
  if (options.json) {
    using client = cli.connect(url);
    const [{ tasks }, workers, health] = await Promise.all([client.listTasks(), client.workers(), client.health()]);
    cli.terminal.json({ tasks, workers, health });
    return exitCodes.done;
  }
  if (!process.stdout.isTTY || !process.stdin.isTTY) {
    throw new UsageError('top needs a terminal: take --json, or taskloom tasks and taskloom watch.');
  }
  // Only now: the other commands need nothing of it.
  const [{ render }, { createElement }, { TopFeed }, { TopScreen }] = await Promise.all([
    import('ink'),
    import('react'),
    import('../top/top-feed.ts'),
    import('../top/top-screen.ts'),
  ]);
  const onStatus = (status: ConnectionStatus) => feed.apply({ kind: 'connection', status });
  using client = cli.connect(url, { onStatus });
  const feed = new TopFeed(client, url);
  // A server that is not there is an error before it is a screen.
  await client.workers();
  const screen = render(createElement(TopScreen, { feed }), { alternateScreen: true, incrementalRendering: true });
  const running = feed.run().catch((error: unknown) => screen.unmount(error instanceof Error ? error : null));
  await screen.waitUntilExit();
  feed.stop();
  await running;
  return exitCodes.done;
}
