import type { Command } from 'commander';
import type { Finding } from '../checks/finding.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Tone } from '../live-lines.ts';
import { printable } from '../printable.ts';

const HELP = `
Looks at the machine with the same settings as serve (environment and .env). Ends with 1 when something keeps Taskloom
from working; what is only worth knowing does not count.

Example:
  $ taskloom doctor`;

export function addDoctor(program: Command, cli: Cli): void {
  cli
    .command(program, 'doctor')
    .description('check Node, sandbox, models, port, database, disk and data directory, and say what to do about each')
    .addHelpText('after', HELP)
    .action(cli.action((options: CommonOptions) => doctor(cli, options)));
}

async function doctor(cli: Cli, { json }: CommonOptions): Promise<ExitCode> {
  // Loaded here: no other command needs what the checks bring.
  const { findings } = await import('../checks/findings.ts');
  let faults = 0;
  for await (const finding of findings(cli)) {
    if (finding.status === 'fault') faults++;
    if (json) cli.terminal.json(finding);
    else report(cli, finding);
  }
  return faults === 0 ? exitCodes.done : exitCodes.failed;
}

const marks: Readonly<Record<Finding['status'], readonly [string, Tone]>> = {
  ok: ['ok   ', 'good'],
  note: ['note ', 'strong'],
  fault: ['FAULT', 'bad'],
};

function report({ terminal }: Cli, { check, status, detail, cure }: Finding): void {
  const [mark, tone] = marks[status];
  terminal.print(`${mark}  ${check}: ${printable(detail, 500)}`, tone);
  if (cure !== null && status !== 'ok') terminal.print(`       ${printable(cure, 500)}`);
}
