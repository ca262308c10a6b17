import type { Command } from 'commander';

/** Adds the options that say how a result is to come back. */
export function addGiveBackOptions(command: Command): Command {
  return command
    .option('--branch <name>', 'commit the result on this new branch; work tree and index stay as they are')
    .option('--patch <file>', 'write the result as a patch; - prints it')
    .option('--apply', 'write the result into the folder, where no file has changed meanwhile')
    .option('--allow-dirty', 'with a branch: uncommitted changes go into it, as a commit of their own');
}

export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
