import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { type Writable } from 'node:stream';
import type { Command } from 'commander';
import type { LogSummary } from '../../events/index.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { withLog } from '../log.ts';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';

interface ExportOptions extends CommonOptions {
  readonly out?: string;
  readonly until?: number;
}

const HELP = `
Writes every event of the log in DATA_DIR, or in the database of DATABASE_URL, as one line of JSON, with its hash, and
verifies the log on the way; a server may be running. The file can be kept as a backup and given to import. Without --out it goes to standard output.

Examples:
  $ taskloom export --out backup.jsonl
  $ taskloom export | gzip > backup.jsonl.gz
  $ taskloom export --until 119 --out intact.jsonl     only the first 119 events`;

export function addExport(program: Command, cli: Cli): void {
  cli
    .command(program, 'export')
    .description('write the whole log as JSON Lines')
    .option('--out <file>', 'a new file to write; it is there once it is whole')
    .option('--until <number>', 'only the events up to this sequence number', wholeNumber)
    .addHelpText('after', HELP)
    .action(cli.action((options: ExportOptions) => exportLog(cli, options)));
}

async function exportLog(cli: Cli, { out, until, json }: ExportOptions): Promise<ExitCode> {
  const limit = until === undefined ? {} : { until };
  const summary = await withLog(cli.environment, (store) => {
    if (out !== undefined) return toFile(out, (write) => store.exportLog(write, limit));
    return store.exportLog((text) => drained(process.stdout, text), limit);
  });
  const { events, streams, seal } = summary;
  const text = `Exported ${events} events of ${streams} tasks, seal ${seal.sequence}:${seal.hash}.`;
  // Standard output is the file itself where no other was named.
  if (out === undefined) cli.terminal.note(json ? JSON.stringify(summary) : text, json ? 'plain' : 'dim');
  else if (json) cli.terminal.json({ file: out, ...summary });
  else cli.terminal.print(text, 'good');
  return exitCodes.done;
}

type Write = (text: string) => Promise<void>;

/** Under another name until it is whole. */
async function toFile(path: string, use: (write: Write) => Promise<LogSummary>): Promise<LogSummary> {
  if (existsSync(path)) throw new UsageError(`${path} is there already: name a new file with --out.`);
  const partial = `${path}.partial`;
  const stream = createWriteStream(partial, { flush: true });
  try {
    const summary = await use((text) => drained(stream, text));
    await new Promise<void>((resolve, reject) => stream.on('error', reject).end(resolve));
    await rename(partial, path);
    return summary;
  } catch (error) {
    stream.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

/** Resolves once the stream has taken the text, so that no more than a page waits in memory. */
function drained(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
