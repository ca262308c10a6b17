import type { Command } from 'commander';
import type { WebhookDelivery } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { entryOf } from '../entry-of.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { wholeNumber } from '../whole-number.ts';

interface AddOptions extends ClientOptions {
  readonly type?: readonly string[];
  readonly task?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

const EXAMPLES = `
Examples:
  $ taskloom webhooks add https://example.com/hooks --type TASK_COMPLETE TASK_FAILED
  $ taskloom webhooks list
  $ taskloom webhooks deliveries <id> --json
  $ taskloom webhooks redeliver <id> 7
  $ taskloom webhooks resume <id>
  $ taskloom webhooks remove <id>`;

export function addWebhooks(program: Command, cli: Cli): void {
  const webhooks = program
    .command('webhooks')
    .description('send events to URLs, signed, and see what came of it')
    .addHelpText('after', EXAMPLES);
  cli
    .clientCommand(webhooks, 'list')
    .description('list where events are sent to')
    .addHelpText('after', '\nExample:\n  $ taskloom webhooks list --json')
    .action(cli.action((options: ClientOptions) => list(cli, options)));
  cli
    .clientCommand(webhooks, 'add <url>')
    .description('send what happens from now on to a URL; the secret that it is signed with is told this once')
    .option('--type <type...>', 'only events of these types')
    .option('--task <id...>', 'only events of these tasks')
    .option('--metadata <key=value>', 'only events of tasks that were given this; may be repeated', entryOf)
    .addHelpText('after', '\nExample:\n  $ taskloom webhooks add https://example.com/hooks --metadata project=blog')
    .action(cli.action((url: string, options: AddOptions) => add(cli, url, options)));
  cli
    .clientCommand(webhooks, 'remove <id>')
    .description('send nothing there any more')
    .addHelpText('after', '\nExample:\n  $ taskloom webhooks remove <id>')
    .action(
      cli.action(async (id: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        await client.deleteWebhook(id);
        if (options.json) cli.terminal.json({ removed: id });
        else cli.terminal.print(`${printable(id)} is removed`);
        return exitCodes.done;
      }),
    );
  cli
    .clientCommand(webhooks, 'resume <id>')
    .description('send again what has happened since it was disabled, or try a failing one at once')
    .addHelpText('after', '\nExample:\n  $ taskloom webhooks resume <id>')
    .action(
      cli.action(async (id: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const webhook = await client.resumeWebhook(id);
        if (options.json) cli.terminal.json(webhook);
        else cli.terminal.print(`${printable(id)} is ${webhook.status}`);
        return exitCodes.done;
      }),
    );
  cli
    .clientCommand(webhooks, 'deliveries <id>')
    .description('list what was sent and what came of it, the newest first')
    .option('--limit <count>', 'how many at most', wholeNumber, 20)
    .addHelpText('after', '\nExample:\n  $ taskloom webhooks deliveries <id> --limit 5')
    .action(
      cli.action(async (id: string, options: ClientOptions & { readonly limit: number }): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        show(cli, (await client.deliveries(id, { limit: options.limit })).deliveries, options);
        return exitCodes.done;
      }),
    );
  cli
    .clientCommand(webhooks, 'redeliver <id> <delivery>')
    .description('send the event of a delivery once more; ends with 1 when it is not taken')
    .addHelpText('after', '\nExample:\n  $ taskloom webhooks redeliver <id> 7')
    .action(
      cli.action(async (id: string, delivery: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const sent = await client.redeliver(id, wholeNumber(delivery));
        show(cli, [sent], options);
        return sent.error === null ? exitCodes.done : exitCodes.failed;
      }),
    );
}

async function list(cli: Cli, options: ClientOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const all = await client.webhooks();
  if (options.json) {
    for (const webhook of all) cli.terminal.json(webhook);
    return exitCodes.done;
  }
  const rows = all.map(({ id, status, url, problem }) => [id, status, url, problem ?? '']);
  for (const line of table(['id', 'status', 'url', 'problem'], rows)) cli.terminal.print(line);
  return exitCodes.done;
}

async function add(cli: Cli, url: string, { type, task, metadata, ...options }: AddOptions): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl(options));
  const webhook = await client.createWebhook({
    url,
    ...(type ? { eventTypes: type } : {}),
    ...(task ? { taskIds: task } : {}),
    ...(metadata ? { metadata } : {}),
  });
  if (options.json) cli.terminal.json(webhook);
  else {
    cli.terminal.print(`${webhook.id} sends to ${printable(url)}`);
    cli.terminal.print(`secret, shown this once: ${webhook.secret ?? ''}`);
  }
  return exitCodes.done;
}

function show(cli: Cli, deliveries: readonly WebhookDelivery[], { json }: ClientOptions): void {
  if (json) {
    for (const delivery of deliveries) cli.terminal.json(delivery);
    return;
  }
  const rows = deliveries.map(({ id, at, eventType, taskId, attempt, statusCode, error }) => [
    String(id),
    at,
    eventType,
    taskId,
    String(attempt),
    String(statusCode ?? ''),
    error ?? 'taken',
  ]);
  const headings = ['delivery', 'at', 'event', 'task', 'attempt', 'status', 'outcome'];
  for (const line of table(headings, rows)) cli.terminal.print(line);
}
