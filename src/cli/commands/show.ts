import type { Command } from 'commander';
import type { Task, Why } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { deadCode } from '../live-lines.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { counted } from '../words.ts';

export function addShow(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'show <id>')
    .description('show a task: status, modules, what it waits for, why it failed')
    .addHelpText('after', '\nExamples:\n  $ taskloom show slugify-1\n  $ taskloom show slugify-1 --json')
    .action(
      cli.action(async (id: string, options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const task = await client.getTask(id);
        if (options.json) cli.terminal.json(task);
        else for (const line of describe(task, await client.why(id))) cli.terminal.print(line);
        return exitCodes.done;
      }),
    );
}

function describe(task: Task, { waitsFor, detail, until }: Why): readonly string[] {
  const { error, summary, forkedFrom } = task;
  const facts: (readonly [string, string | null])[] = [
    ['task', task.taskId],
    ['status', `${task.status}, ${Math.round(task.progress * 100)} % done, code version ${task.codeVersion}`],
    ['prompt', task.prompt],
    ['fork of', forkedFrom && `${forkedFrom.taskId} after event ${forkedFrom.sequence}`],
    ['models', task.brain],
    ['created', task.createdAt],
    ['ended', task.finishedAt],
    ['waits for', waitsFor === 'nothing' ? null : `${waitsFor}: ${detail}${until ? ` (until ${until})` : ''}`],
    ['paused', task.pause && `${task.pause.by}: ${task.pause.reason}`],
    ['approval', task.approval === 'notNeeded' ? null : task.approval],
    ['used', used(task)],
    ['failed', error && `${error.code}: ${error.reason}`],
    ['result', summary],
    ['dead code', task.deadCode && deadCode(task.deadCode).replace(/^dead code:? /, '')],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [`${name.padEnd(10)}${printable(value, 500)}`],
  );
  const dead = (task.deadCode?.findings ?? []).map(({ path, line, name, kind }) => [`${path}:${line}`, name, kind]);
  const unneeded = dead.length > 0 ? ['', ...table(['dead code', 'name', 'kind'], dead)] : [];
  if (task.modules.length === 0) return [...lines, ...unneeded];
  const rows = task.modules.map((module) => [
    module.path,
    module.status,
    String(module.iteration),
    `${module.testsPassed} passed, ${module.testsFailed} failed`,
  ]);
  return [...lines, '', ...table(['module', 'status', 'corrections', 'tests'], rows), ...unneeded];
}

function used({ usage: { calls, inputTokens, outputTokens, costUsd } }: Task): string | null {
  if (calls === 0) return null;
  const cost = costUsd > 0 ? `, $${costUsd.toFixed(4)}` : '';
  return `${counted(calls, 'model call')}, ${inputTokens} tokens in, ${outputTokens} out${cost}`;
}
