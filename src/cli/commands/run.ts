import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followTask } from '../follow.ts';
import { limitOptions } from '../limits.ts';
import { submitterOf } from '../submitter.ts';
import { type RequestOptions, taskRequest } from '../task-request.ts';
import { UsageError } from '../usage-error.ts';

type RunOptions = ClientOptions & RequestOptions & { readonly as?: string; readonly detach?: boolean };

const HELP = `
A file keeps its path in the workspace. Given tests are the measure: no model writes others, none can change them.
With modules no plan is made; src/report.js:src/words.js says that report needs words.

Examples:
  $ taskloom run "Write src/slug.js with slugify(title)"
  $ taskloom run "Make the tests pass" --test spec/slug.test.js --module src/slug.js
  $ taskloom run - --language python < prompt.txt`;

export function addRun(program: Command, cli: Cli): void {
  const command = cli
    .clientCommand(program, 'run <prompt>')
    .description('create a task and follow it to its end; - reads the prompt from standard input')
    .option('--file <path:role>', 'give a file; role: source (default), test or fixture; repeatable', collect)
    .option('--test <path>', 'give a test file; repeatable', collect)
    .option('--module <path:needs>', 'a module to write, with what it needs; repeatable', collect)
    .option('--language <name>', 'javascript, typescript or python (default: the plan decides)')
    .option('--priority <name|number>', 'critical, high, medium, low or 0 (first) to 100')
    .option('--id <taskId>', 'your own id for the task')
    .option('--as <name>', 'on whose behalf: submitters take turns')
    .option('--require-approval', 'stop after planning until the plan is approved (taskloom approve)')
    .option('--detach', 'print the id and leave');
  limitOptions(command)
    .addHelpText('after', HELP)
    .action(cli.action((prompt: string, options: RunOptions) => run(cli, prompt, options)));
}

async function run(cli: Cli, prompt: string, options: RunOptions): Promise<ExitCode> {
  const words = prompt === '-' ? await text(process.stdin) : prompt;
  if (words.trim() === '') throw new UsageError('The prompt is blank: say what to build.');
  const task = await taskRequest(words, options);
  const submitter = submitterOf(options);
  using client = cli.connect(cli.serverUrl(options));
  const { taskId } = await client.createTask(task, submitter);
  if (!options.detach) return await followTask(cli, client, taskId, { json: options.json ?? false });
  if (options.json) cli.terminal.json({ taskId });
  else cli.terminal.print(taskId);
  return exitCodes.done;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
