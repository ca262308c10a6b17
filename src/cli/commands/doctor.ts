import type { Command } from 'commander';
import { type Configuration, readConfiguration } from '../../kernel/configuration.ts';
import type { Finding } from '../checks/finding.ts';
import { checkDataDirectory, checkDisk, checkNode, checkPort } from '../checks/machine.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { healthOf } from '../health.ts';
import type { Tone } from '../live-lines.ts';
import { printable } from '../printable.ts';
import { startFailure } from '../start-failure.ts';

const HELP = `
Looks at the machine with the same settings as serve (environment and .env). Ends with 1 when something keeps Taskloom
from working; what is only worth knowing does not count.

Example:
  $ taskloom doctor`;

export function addDoctor(program: Command, cli: Cli): void {
  cli
    .command(program, 'doctor')
    .description('check Node, sandbox, models, port, disk and data directory, and say what to do about each')
    .addHelpText('after', HELP)
    .action(cli.action((options: CommonOptions) => doctor(cli, options)));
}

async function doctor(cli: Cli, { json }: CommonOptions): Promise<ExitCode> {
  let faults = 0;
  for await (const finding of findings(cli)) {
    if (finding.status === 'fault') faults++;
    if (json) cli.terminal.json(finding);
    else report(cli, finding);
  }
  return faults === 0 ? exitCodes.done : exitCodes.failed;
}

async function* findings(cli: Cli): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  let configuration: Configuration;
  try {
    configuration = readConfiguration(cli.environment);
  } catch (error) {
    for (const line of startFailure(error, null)) {
      yield {
        check: 'configuration',
        status: 'fault',
        detail: line,
        cure: 'Correct it in the environment or in .env.',
      };
    }
    return;
  }
  yield { check: 'configuration', status: 'ok', detail: 'all settings are valid', cure: null };
  // Loaded here: no other command needs what they bring.
  const [{ checkSandbox }, { checkBrain }] = await Promise.all([
    import('../checks/sandbox.ts'),
    import('../checks/brain.ts'),
  ]);
  yield await checkSandbox(configuration);
  yield await checkBrain(configuration);
  yield await checkPort(configuration, (url) => isTaskloom(cli, url));
  yield await checkDataDirectory(configuration.DATA_DIR);
  yield await checkDisk(configuration.DATA_DIR);
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

async function isTaskloom(cli: Cli, url: string): Promise<boolean> {
  using client = cli.connect(url);
  return await healthOf(client).then(
    () => true,
    () => false,
  );
}
