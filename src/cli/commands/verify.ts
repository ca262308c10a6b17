import type { Command } from 'commander';
import type { Seal } from '../../events/index.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { withLog } from '../log.ts';
import { UsageError } from '../usage-error.ts';

interface VerifyOptions extends CommonOptions {
  readonly seal?: string;
}

const HELP = `
Recomputes the hashes of all events in DATA_DIR, or in the database of DATABASE_URL, and names the first one that was changed, removed or put elsewhere; a
server may be running. The seal that it prints stands for the whole log up to now: kept elsewhere and given to a later
--seal, it shows that nothing up to there has changed, not even by somebody who has computed all hashes anew.

Ends with 1 when something was changed.

Examples:
  $ taskloom verify
  $ taskloom verify --seal 1234:8f0c…`;

export function addVerify(program: Command, cli: Cli): void {
  cli
    .command(program, 'verify')
    .description('check that no event of the log was changed, removed or reordered')
    .option('--seal <seal>', 'what an earlier verify has printed')
    .addHelpText('after', HELP)
    .action(cli.action((options: VerifyOptions) => verify(cli, options)));
}

async function verify({ terminal, environment }: Cli, { seal, json }: VerifyOptions): Promise<ExitCode> {
  const expected = seal === undefined ? {} : { seal: parseSeal(seal) };
  const found = await withLog(environment, (store) => store.verifyLog(expected));
  if (json) {
    terminal.json(found);
  } else if (found.intact) {
    terminal.print(`The log is intact: ${found.events} events of ${found.streams} tasks.`, 'good');
    if (found.events > 0) terminal.print(`seal ${found.seal.sequence}:${found.seal.hash}`);
  } else {
    const { LogNotIntactError } = await import('../../events/index.ts');
    terminal.print(new LogNotIntactError(found).message, 'bad');
  }
  return found.intact ? exitCodes.done : exitCodes.failed;
}

function parseSeal(text: string): Seal {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  if (sequence === undefined || hash === undefined) {
    throw new UsageError(`--seal ${JSON.stringify(text)} is none: it is a number, a colon and 64 hexadecimal digits.`);
  }
  return { sequence: Number(sequence), hash: hash.toLowerCase() };
}
