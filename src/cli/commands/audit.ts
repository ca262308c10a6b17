import { type Command, Option } from 'commander';
import type { AuditEntry, AuditQuery } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { toNewFile } from '../new-file.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';

interface AuditOptions extends ClientOptions, AuditQuery {
  readonly limit: number;
  readonly export?: 'ndjson' | 'csv';
  readonly out?: string;
}

const PAGE = 200;

const HELP = `
Tells who did what, when, why, by which door, and what came of it, the newest first. With --export all that fits is
written, the oldest first, as JSON Lines or as a table for a spreadsheet.

Examples:
  $ taskloom audit --job invoices-1
  $ taskloom audit --who ada --action approval --since 2026-11-24
  $ taskloom audit --export csv --out audit.csv`;

export function addAudit(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'audit')
    .description('who did what, and what came of it')
    .option('--job <id>', 'only what was done to this job')
    .option('--task <id>', 'only what was done to this task')
    .option('--who <name>', 'only what this one did')
    .option(
      '--action <action>',
      'only this action, such as job.cancelled, or all that begin with a word, such as approval',
    )
    .option('--since <moment>', 'only what was done then or later, such as 2026-11-24 or 2026-11-24T12:00:00Z')
    .option('--until <moment>', 'only what was done then or before')
    .option('--limit <count>', 'how many entries', wholeNumber, 50)
    .addOption(new Option('--export <format>', 'write all of it instead').choices(['ndjson', 'csv']))
    .option('--out <file>', 'with --export: a new file to write; it is there once it is whole')
    .addHelpText('after', HELP)
    .action(cli.action((options: AuditOptions) => audit(cli, options)));
}

async function audit(cli: Cli, options: AuditOptions): Promise<ExitCode> {
  const { job, task, who, action, since, until, export: format, out, limit, json } = options;
  const query = defined({ job, task, who, action, since, until });
  if (format !== undefined) return exportAll(cli, options, { ...query, format });
  if (out !== undefined) throw new UsageError('--out goes with --export ndjson or --export csv.');
  using client = cli.connect(cli.serverUrl(options));
  const entries: AuditEntry[] = [];
  let cursor: number | null = null;
  while (entries.length < limit) {
    const room = { limit: Math.min(PAGE, limit - entries.length), ...(cursor === null ? {} : { cursor }) };
    const page = await client.audit({ ...query, ...room });
    entries.push(...page.entries);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  if (json) for (const entry of entries) cli.terminal.json(entry);
  else
    for (const line of table(['when', 'who', 'by', 'what', 'on', 'result', 'why'], entries.map(row)))
      cli.terminal.print(line);
  return exitCodes.done;
}

async function exportAll(
  cli: Cli,
  { out, json, ...options }: AuditOptions,
  query: AuditQuery & { readonly format: 'ndjson' | 'csv' },
): Promise<ExitCode> {
  if (out === undefined && cli.terminal.isForEyes)
    throw new UsageError('--export writes a file: name one with --out, or send it to another program.');
  using client = cli.connect(cli.serverUrl(options));
  const pieces = client.exportAudit(query);
  if (out === undefined) {
    for await (const piece of pieces) cli.terminal.raw(piece);
    return exitCodes.done;
  }
  const bytes = await toNewFile(out, pieces);
  if (json) cli.terminal.json({ file: out, bytes });
  else cli.terminal.print(`Wrote ${bytes} bytes to ${printable(out)}`, 'good');
  return exitCodes.done;
}

function row({ at, who, proof, door, what, kind, subject, result, why, detail }: AuditEntry): readonly string[] {
  const name = proof === 'loopback' ? `${who} (no key)` : who;
  return [at.slice(0, 19).replace('T', ' '), name, door, what, `${kind} ${subject}`, result, why ?? detail ?? ''];
}

function defined<T extends object>(fields: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
