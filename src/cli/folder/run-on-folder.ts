import { ConnectionError, type NewTask, TaskloomError } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { detached, followTask } from '../follow.ts';
import { printable } from '../printable.ts';
import { submitterOf } from '../submitter.ts';
import type { RequestOptions } from '../task-request.ts';
import { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { size } from '../words.ts';
import { contentOf, describeContent, folderTask, mustBeWhole, openFolder } from './folder-task.ts';
import { giveBack, type GiveBackOptions, mustBePossible } from './give-back.ts';

export interface FolderOptions extends GiveBackOptions {
  readonly folder?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly verbose?: boolean;
}

type FolderRunOptions = ClientOptions &
  RequestOptions &
  FolderOptions & { readonly as?: string; readonly detach?: boolean };

/** Runs a task on what is in a folder, and brings what came of it back as the options say. */
export async function runOnFolder(
  cli: Cli,
  prompt: string,
  path: string,
  options: FolderRunOptions,
): Promise<ExitCode> {
  const folder = await openFolder(path);
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
  if (options.detach) return detached(cli, taskId, options);
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
