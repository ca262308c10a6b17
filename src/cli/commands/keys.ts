import { type Command, Option } from 'commander';
import type { Key, KeyRole } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface CreateOptions extends ClientOptions {
  readonly role: KeyRole;
  readonly days?: number;
}

const SECONDS_A_DAY = 86_400;

const EXAMPLES = `
Examples:
  $ taskloom keys create "nightly build" --role operator --days 90
  $ taskloom keys list
  $ taskloom keys revoke 0f3a5c7e9b1d2f48`;

const exampleOf = (words: string) => `\nExample:\n  $ taskloom keys ${words}`;

export function addKeys(program: Command, cli: Cli): void {
  const keys = program
    .command('keys')
    .description('who may use the server: make, list and revoke keys')
    .addHelpText('after', EXAMPLES);
  cli
    .clientCommand(keys, 'list')
    .description('list the keys, the newest first; the keys themselves are kept nowhere')
    .addHelpText('after', exampleOf('list'))
    .action(cli.action((options: ClientOptions) => list(cli, options)));
  cli
    .clientCommand(keys, 'create <name>')
    .description('make a key; it is shown this once')
    .addHelpText('after', exampleOf('create ci --role operator --days 90'))
    .addOption(
      new Option('--role <role>', 'what its holder may')
        .choices(['viewer', 'operator', 'worker', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--days <days>', 'how long it is good for (default: until it is revoked)', wholeNumber)
    .action(cli.action((name: string, options: CreateOptions) => create(cli, name, options)));
  cli
    .clientCommand(keys, 'revoke <id>')
    .description('make a key good for nothing, at once')
    .addHelpText('after', exampleOf('revoke <id>'))
    .action(
      cli.action(async (id: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const revoked = await client.revokeKey(id);
        if (options.json) cli.terminal.json(revoked);
        else cli.terminal.print(`Revoked ${revoked.id} (${printable(revoked.name)})`);
        return exitCodes.done;
      }),
    );
}

async function list(cli: Cli, options: ClientOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const keys = await client.listKeys();
  if (options.json) for (const key of keys) cli.terminal.json(key);
  else
    for (const line of table(['id', 'role', 'state', 'last used', 'made', 'by', 'name'], keys.map(row)))
      cli.terminal.print(line);
  return exitCodes.done;
}

async function create(cli: Cli, name: string, { role, days, ...options }: CreateOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const expiry = days === undefined ? {} : { expiresInSeconds: days * SECONDS_A_DAY };
  const created = await client.createKey({ name, role, ...expiry });
  if (options.json) {
    cli.terminal.json(created);
    return exitCodes.done;
  }
  cli.terminal.note(`Key ${created.id} of role ${created.role}; it is not shown again:`);
  cli.terminal.print(created.key);
  return exitCodes.done;
}

function row({ id, role, lastUsedAt, createdAt, createdBy, name, ...times }: Key): readonly string[] {
  return [id, role, stateOf(times), shortOf(lastUsedAt) ?? 'never', shortOf(createdAt) ?? '', createdBy, name];
}

function stateOf({ expiresAt, revokedAt }: Pick<Key, 'expiresAt' | 'revokedAt'>): string {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'valid';
  return Date.parse(expiresAt) > Date.now() ? `until ${shortOf(expiresAt)}` : 'expired';
}

/** To the minute, in UTC. */
function shortOf(time: string | null): string | null {
  return time && time.slice(0, 16).replace('T', ' ');
}
