import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { FolderOptions } from '../folder/run-on-folder.ts';
import { addGiveBackOptions, collect } from '../folder/options.ts';
import { detached, followTask } from '../follow.ts';
import { limitOptions } from '../limits.ts';
import { submitterOf } from '../submitter.ts';
import { type RequestOptions, taskRequest } from '../task-request.ts';
import { UsageError } from '../usage-error.ts';

type RunOptions = ClientOptions & RequestOptions & FolderOptions & { readonly as?: string; readonly detach?: boolean };

const HELP = `
A file keeps its path in the workspace. Given tests are the measure: no model writes others, none can change them.
With modules no plan is made; src/report.js:src/words.js says that report needs words.

With --folder the task works on what is there, and nothing in the folder changes while it does. The result is a new
branch in a git repository, else a patch; --file and --test then name files of the folder. Existing tests must stay green.

Examples:
  $ taskloom run "Write src/slug.js with slugify(title)"
  $ taskloom run "Make the tests pass" --test spec/slug.test.js --module src/slug.js
  $ taskloom run "Add a --json flag to src/cli.js" --folder . --branch json-flag
  $ taskloom run "Write a slug library" --plan plan.md
  $ taskloom run - --language python < prompt.txt`;

export function addRun(program: Command, cli: Cli): void {
  const command = cli
    .clientCommand(program, 'run <prompt>')
    .description('create a task and follow it to its end; - reads the prompt from standard input')
    .option(
      '--file <path:role>',
      'give a file; role: source (default), test, regression or fixture; repeatable',
      collect,
    )
    .option('--test <path>', 'give a test file; repeatable', collect)
    .option('--module <path:needs>', 'a module to write, with what it needs; repeatable', collect)
    .option('--plan <file>', 'a whole plan instead: Markdown, or JSON where the name ends in .json (taskloom plan)')
    .option('--language <name>', 'javascript, typescript or python (default: the plan decides)')
    .option('--priority <name|number>', 'critical, high, medium, low or 0 (first) to 100')
    .option('--id <taskId>', 'your own id for the task')
    .option('--as <name>', 'on whose behalf: submitters take turns')
    .option('--require-approval', 'stop after planning until the plan is approved (taskloom approve)')
    .option('--detach', 'print the id and leave')
    .option('--folder <dir>', 'work on an existing project: give the task its files')
    .option('--include <pattern>', 'of the folder only what this pattern of .gitignore names; repeatable', collect)
    .option('--exclude <pattern>', 'of the folder nothing that this pattern names; repeatable', collect)
    .option('--verbose', 'list the files of the folder that are left out');
  addGiveBackOptions(command);
  limitOptions(command)
    .addHelpText('after', HELP)
    .action(cli.action((prompt: string, options: RunOptions) => run(cli, prompt, options)));
}

async function run(cli: Cli, prompt: string, options: RunOptions): Promise<ExitCode> {
  const words = prompt === '-' ? await text(process.stdin) : prompt;
  if (words.trim() === '') throw new UsageError('The prompt is blank: say what to build.');
  if (options.folder !== undefined) {
    // Loaded only here: the other runs start faster without it.
    const { runOnFolder } = await import('../folder/run-on-folder.ts');
    return runOnFolder(cli, words, options.folder, options);
  }
  const alone = (['branch', 'patch', 'apply', 'allowDirty', 'include', 'exclude', 'verbose'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (alone) throw new UsageError(`--${alone.replace('D', '-d')} goes with --folder <dir>: say which folder.`);
  const task = await taskRequest(words, options);
  const submitter = submitterOf(options);
  using client = cli.connect(cli.serverUrl(options));
  const { taskId } = await client.createTask(task, submitter);
  if (!options.detach) return await followTask(cli, client, taskId, { json: options.json ?? false });
  return detached(cli, taskId, options);
}
