import type { Command } from 'commander';
import type { Plan } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readPlanFile } from '../plan-file.ts';
import { printable, printableLines } from '../printable.ts';
import { table } from '../table.ts';

interface PlanOptions extends ClientOptions {
  readonly markdown?: boolean;
  readonly edit?: string;
  readonly planHash?: string;
}

const HELP = `
An edited plan is built anew only where it differs. Without --plan-hash it takes the place of whatever plan there is.

Examples:
  $ taskloom plan slugify-1
  $ taskloom plan slugify-1 --markdown > plan.md
  $ taskloom plan slugify-1 --edit plan.md`;

export function addPlan(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'plan <id>')
    .description('show the plan of a task, as a document to edit if you like, or put an edited one in its place')
    .option('--markdown', 'print the whole plan as Markdown')
    .option('--edit <file>', 'a plan to put in its place: Markdown, or JSON where the name ends in .json')
    .option(
      '--plan-hash <hash>',
      'with --edit: the plan that you edited; when it has changed meanwhile, nothing is done',
    )
    .addHelpText('after', HELP)
    .action(cli.action((id: string, options: PlanOptions) => plan(cli, id, options)));
}

async function plan(cli: Cli, id: string, { markdown, edit, planHash, json, server }: PlanOptions): Promise<ExitCode> {
  const document = edit === undefined ? undefined : await readPlanFile(edit);
  using client = cli.connect(cli.serverUrl({ server }));
  if (document !== undefined) {
    const task = await client.editPlan(id, { document, planHash: planHash ?? (await client.plan(id)).planHash });
    if (json) cli.terminal.json(task);
    else cli.terminal.print(`the plan has ${task.modules.length} modules`);
  } else if (markdown) {
    const lines = (await client.planMarkdown(id)).trimEnd();
    for (const line of cli.terminal.isTerminal ? printableLines(lines) : [lines]) cli.terminal.print(line);
  } else {
    const shown = await client.plan(id);
    if (json) cli.terminal.json(shown);
    else for (const line of describe(shown)) cli.terminal.print(line);
  }
  return exitCodes.done;
}

function describe({ objective, language, modules, document, planHash }: Plan): readonly string[] {
  const facts: (readonly [string, string])[] = [
    ['objective', objective],
    ['title', document.title],
    ['language', language],
    ['plan hash', planHash],
  ];
  const lines = facts
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name.padEnd(11)}${printable(text, 500)}`);
  const rows = modules.map(({ path, dependsOn, description }) => [path, dependsOn.join(', '), description]);
  return [...lines, '', ...table(['module', 'needs', 'is to'], rows)];
}
