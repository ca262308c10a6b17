import type { Command } from 'commander';
import { readUrl, type Cli, type CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { healthOf } from '../health.ts';
import { printable } from '../printable.ts';
import { forgetServer, rememberedServerPath, rememberServer } from '../remembered-server.ts';

interface ConnectOptions extends CommonOptions {
  readonly key?: string;
  readonly token?: string;
}

export function addConnect(program: Command, cli: Cli): void {
  cli
    .command(program, 'connect <url>')
    .description('remember a server for all later commands')
    .option('--key <key>', 'the key to show it, kept in a file that nobody else can read (default: TASKLOOM_KEY)')
    .option('--token <token>', 'what the server wants of workers (its WORKER_TOKEN)')
    .addHelpText(
      'after',
      '\nExample:\n  $ taskloom connect http://127.0.0.1:9876\n  $ TASKLOOM_KEY=tlk_… taskloom connect https://taskloom.example.org\n\nWhat is said by --server or TASKLOOM_URL comes first.',
    )
    .action(cli.action((url: string, options: ConnectOptions) => connect(cli, url, options)));
}

export function addDisconnect(program: Command, cli: Cli): void {
  cli
    .command(program, 'disconnect')
    .description('forget the server that connect has named')
    .addHelpText('after', '\nExample:\n  $ taskloom disconnect')
    .action(
      cli.action(({ json }: CommonOptions): Promise<ExitCode> => {
        const changed = forgetServer(cli.environment);
        if (json) cli.terminal.json({ changed });
        else cli.terminal.print(changed ? 'Forgotten.' : 'No server was remembered.');
        return Promise.resolve(exitCodes.done);
      }),
    );
}

/** Remembers nothing that does not answer as a server. */
async function connect(
  cli: Cli,
  url: string,
  { key = cli.environmentKey, token, json }: ConnectOptions,
): Promise<ExitCode> {
  const server = readUrl(url);
  using client = cli.connect(server, key === undefined ? {} : { key });
  await healthOf(client);
  rememberServer(cli.environment, {
    url: server,
    ...(key === undefined ? {} : { key }),
    ...(token === undefined ? {} : { token }),
  });
  const path = rememberedServerPath(cli.environment);
  if (json) cli.terminal.json({ url: server, path });
  else cli.terminal.print(`Connected to ${printable(server)}; remembered in ${printable(path, 500)}`);
  return exitCodes.done;
}
