import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { TaskloomClient } from '../../client/index.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { demoReport, type DemoResult, demoResult } from '../demo-report.ts';
import { interruptible, InterruptedError } from '../end-signals.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { healthOf } from '../health.ts';
import { isEnd, type LiveMessage, liveMessage } from '../live-message.ts';
import { LiveView } from '../live-view.ts';
import { sampleRecording, sampleTask } from '../sample.ts';

const NOTICE =
  "In this demo the model's words are replayed from a recording. Everything else is real: server, events, sandboxed tests.";

const HELP = `
Needs no model and no network. What was made is kept in a temporary directory, which the last lines name.

Example:
  $ taskloom demo`;

export function addDemo(program: Command, cli: Cli): void {
  cli
    .command(program, 'demo')
    .description('run the bundled sample task with recorded model answers')
    .addHelpText('after', HELP)
    .action(cli.action(async (options: CommonOptions) => cli.end(await demo(cli, options))));
}

async function demo(cli: Cli, { json = false }: CommonOptions): Promise<ExitCode> {
  if (json) cli.terminal.json({ type: 'notice', text: NOTICE });
  else cli.terminal.print(NOTICE, 'strong');
  const directory = await mkdtemp(join(tmpdir(), 'taskloom-demo-'));
  let completed = false;
  try {
    const result = await runDemo(cli, directory, json);
    completed = result !== null;
    if (result === null) return exitCodes.failed;
    if (json) cli.terminal.json({ type: 'result', ...result });
    else for (const line of demoReport(result)) cli.terminal.print(line);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    cli.terminal.note('Left; nothing is kept.');
    return exitCodes.interrupted;
  } finally {
    if (!completed) await rm(directory, { recursive: true, force: true });
  }
}

/** Null when the server does not start, no code can be run, or the task fails: what is to do has been said. */
async function runDemo(cli: Cli, directory: string, json: boolean): Promise<DemoResult | null> {
  using interrupt = interruptible();
  // Loaded only here: what a server needs, no other command waits for.
  const { readConfiguration } = await import('../../kernel/configuration.ts');
  const { startOrExplain } = await import('../start.ts');
  const server = await startOrExplain(cli, () => readConfiguration(demoSettings(cli.environment, directory)), json);
  if (!server) return null;
  try {
    using client = cli.connect(server.url, { key: server.ownKey });
    const { sandbox } = (await healthOf(client)).parts;
    if (sandbox?.status !== 'up') {
      cli.terminal.note(`No code can be run here: ${sandbox?.detail ?? 'no sandbox'}`, 'bad');
      return null;
    }
    const messages = await watchSample(cli, client, json, interrupt.signal);
    const taskId = messages[0]?.taskId ?? '';
    if (messages.at(-1)?.type !== 'TASK_COMPLETE') return null;
    const { files } = await client.files(taskId);
    return demoResult(messages, files, {
      workspace: join(server.configuration.WORKSPACE_ROOT, taskId),
      dataDir: server.configuration.DATA_DIR,
    });
  } finally {
    await server.close();
  }
}

/** Creates the sample task and shows it to its end. Rejects with InterruptedError on Ctrl-C. */
async function watchSample(
  cli: Cli,
  client: TaskloomClient,
  json: boolean,
  signal: AbortSignal,
): Promise<readonly LiveMessage[]> {
  const view = new LiveView(cli.terminal, json);
  const messages: LiveMessage[] = [];
  const { taskId } = await client.createTask(await sampleTask());
  for await (const received of client.watch(taskId, { signal })) {
    const message = liveMessage(received);
    messages.push(message);
    view.show(message);
    if (isEnd(message)) break;
  }
  signal.throwIfAborted();
  return messages;
}

/** Of the environment only the isolation counts: the demo is the same everywhere. */
function demoSettings({ SANDBOX }: NodeJS.ProcessEnv, directory: string): NodeJS.ProcessEnv {
  return {
    SANDBOX,
    PORT: '0',
    DATA_DIR: directory,
    LOG_LEVEL: 'silent',
    LLM_PROVIDER: 'replay',
    LLM_RECORDING: sampleRecording,
  };
}
