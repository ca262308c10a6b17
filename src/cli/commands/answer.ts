import type { Command } from 'commander';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';

export function addAnswer(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'answer <id> [answers...]')
    .description('answer the questions of a task, all of them in their order; without answers: show them')
    .addHelpText('after', '\nExamples:\n  $ taskloom answer slugify-1\n  $ taskloom answer slugify-1 "A hyphen" "No"')
    .action(
      cli.action(async (id: string, answers: readonly string[], options: ClientOptions): Promise<ExitCode> => {
        using client = cli.connect(cli.serverUrl(options));
        const task = answers.length > 0 ? await client.answer(id, { answers }) : await client.getTask(id);
        if (options.json) cli.terminal.json(task);
        else if (answers.length > 0) cli.terminal.print(`${printable(task.taskId)} has the answers`);
        else if (task.questions.length === 0) cli.terminal.print(`${printable(task.taskId)} asks nothing`);
        else
          task.questions.forEach((question, index) => cli.terminal.print(`${index + 1}. ${printable(question, 500)}`));
        return exitCodes.done;
      }),
    );
}
