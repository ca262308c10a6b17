import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { ConnectionError, type NewTask, TaskloomError } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { contentOf, describeContent, type Folder, folderTask, mustBeWhole, openFolder } from '../folder/folder-task.ts';
import { giveBack, type GiveBackOptions, mustBePossible } from '../folder/give-back.ts';
import { addGiveBackOptions, collect } from '../folder/options.ts';
import { followTask } from '../follow.ts';
import { limitOptions } from '../limits.ts';
import { printable } from '../printable.ts';
import { submitterOf } from '../submitter.ts';
import { type RequestOptions, taskRequest } from '../task-request.ts';
import { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { size } from '../words.ts';

interface FolderOptions extends GiveBackOptions {
  readonly folder?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly verbose?: boolean;
}

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
  if (options.folder !== undefined) return runOnFolder(cli, words, await openFolder(options.folder), options);
  const alone = (['branch', 'patch', 'apply', 'allowDirty', 'include', 'exclude', 'verbose'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (alone) throw new UsageError(`--${alone.replace('D', '-d')} goes with --folder <dir>: say which folder.`);
  const task = await taskRequest(words, options);
  const submitter = submitterOf(options);
  using client = cli.connect(cli.serverUrl(options));
  const { taskId } = await client.createTask(task, submitter);
  if (!options.detach) return await followTask(cli, client, taskId, { json: options.json ?? false });
  return detach(cli, taskId, options);
}

async function runOnFolder(cli: Cli, prompt: string, folder: Folder, options: RunOptions): Promise<ExitCode> {
  const submitter = submitterOf(options);
  const content = await contentOf(folder, options);
  const task = await folderTask(prompt, options, folder, content);
  await mustBePossible(folder, options, task.files ?? []);
  // With the patch on standard output, what happens is told beside it.
  const terminal = options.patch === '-' ? new Terminal(process.stderr, process.stderr, cli.environment) : cli.terminal;
  if (options.json) terminal.json({ type: 'FOLDER_READ', files: task.files?.length, leftOut: content.leftOut });
  else {
    terminal.note(`${printable(folder.path, 4096)}: ${describeContent(task, content)}`);
    if (options.verbose)
      for (const { path, reason } of content.leftOut) terminal.note(`  ${reason}: ${printable(path)}`);
  }
  using client = cli.connect(cli.serverUrl(options));
  const { taskId } = await create(() => client.createTask(task, submitter), task);
  await mustBeWhole(client, taskId, task.files ?? []);
  if (options.detach) return detach(cli, taskId, options);
  const exitCode = await followTask({ terminal }, client, taskId, { json: options.json ?? false });
  if (exitCode === exitCodes.interrupted) {
    terminal.note(`Nothing in the folder was changed. Once it is completed: taskloom result ${taskId} --folder …`);
  } else if (exitCode === exitCodes.failed) {
    terminal.note(`Nothing in the folder was changed. What there is: taskloom files ${taskId}`);
  } else {
    await bringHome(cli, taskId, () => giveBack(cli, client, taskId, folder, options));
  }
  return exitCode;
}

/** The task is done and stays so, whatever keeps its result from being taken. */
async function bringHome(cli: Cli, taskId: string, give: () => Promise<void>): Promise<void> {
  try {
    await give();
  } catch (error) {
    cli.terminal.note(`The task is completed; its result can be asked for again: taskloom result ${taskId} --folder …`);
    throw error;
  }
}

async function create<T>(send: () => Promise<T>, { files = [] }: NewTask): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const reason = tooMuch(error);
    if (reason === null) throw error;
    const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
    throw new UsageError(
      `The ${files.length} files (${size(bytes)}) are too much for one request (${reason}): choose with --include ` +
        '<pattern> or --exclude <pattern>, or raise BODY_MAX_BYTES of the server.',
    );
  }
}

/** A server that refuses a body may close the connection before all of it is sent, and its answer is then lost. */
function tooMuch(error: unknown): string | null {
  if (error instanceof TaskloomError) return error.code === 'API_BODY_TOO_LARGE' ? error.message : null;
  const isBrokenOff =
    error instanceof ConnectionError && /EPIPE|ECONNRESET|UND_ERR_SOCKET|ECONNABORTED/.test(error.message);
  return isBrokenOff ? 'the server broke off' : null;
}

function detach(cli: Cli, taskId: string, { json }: RunOptions): ExitCode {
  if (json) cli.terminal.json({ taskId });
  else cli.terminal.print(taskId);
  return exitCodes.done;
}
