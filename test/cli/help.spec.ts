import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { Cli } from '../../src/cli/cli.ts';
import { programOf } from '../../src/cli/run-cli.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { jsonLines, taskloom } from '../support/cli-process.ts';

const terminal = new Terminal(process.stdout, process.stderr, {});
const program = programOf(new Cli(terminal, {}, () => Promise.reject(new Error('nothing is started here'))));

/** Every command that does something, by its words: `knowledge list`. */
function commandsOf(parent: Command, words: readonly string[] = []): readonly [string, Command][] {
  return parent.commands.flatMap((command) => {
    const named = [...words, command.name()];
    const own: readonly [string, Command][] = command.commands.length > 0 ? [] : [[named.join(' '), command]];
    return [...own, ...commandsOf(command, named)];
  });
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

/** With settings before it, or without. */
const isExample = (line: string) => /^\s*\$ (?:[A-Z_]+=\S+ )*taskloom /.test(line);

const commands = commandsOf(program);

describe('the exit code of taskloom', () => {
  it.each([
    [0, ['--help']],
    [0, ['webhooks', '--help']],
    [0, ['tasks', '--help']],
    [2, ['nonsense']],
    [2, ['tasks', '--nonsense']],
    [2, ['tasks', '--limit', 'many']],
    [2, ['tasks', '--metadata', 'project']],
    [2, ['tasks', '--json', '--server', 'http://127.0.0.1:1']],
    [2, ['webhooks', 'list', '--json', '--server', 'no address']],
  ])('is %d for %j [CLI-1]', async (exitCode, parameters) => {
    const ended = await taskloom(parameters);
    expect(ended).toMatchObject({ exitCode });
    if (parameters.includes('--json'))
      expect(jsonLines(ended.err)).toMatchObject([{ error: { code: expect.any(String) } }]);
  });
});

describe('every command of taskloom', () => {
  it('is there that the terminal client is to have [CLI-1]', () => {
    const names = new Set(commands.map(([name]) => name));
    const wanted =
      'serve demo run watch tasks show events files intervene cancel fork connect disconnect worker dispatch export import verify doctor top';
    expect(wanted.split(' ').filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(commands)(
    '%s has --json, a description of each argument and option, and help with examples [CLI-1]',
    (name, command) => {
      const help = helpOf(command);
      expect(command.description()).not.toBe('');
      expect(command.options.map(({ long }) => long)).toContain('--json');
      expect(command.options.filter(({ description }) => description === '').map(({ flags }) => flags)).toEqual([]);
      expect(help).toMatch(/^Examples?:$/m);
      const examples = help.split('\n').filter((line) => isExample(line));
      expect(examples.some((line) => line.includes(`taskloom ${name}`))).toBe(true);
    },
  );

  it('is shown in examples only with options that it has [CLI-1]', () => {
    const wrong: string[] = [];
    const known = new Map(commands);
    for (const [, command] of [
      ['', program] as const,
      ...commands,
      ...program.commands.map((each) => [each.name(), each] as const),
    ]) {
      for (const line of helpOf(command).split('\n')) {
        const words = line
          .trim()
          .replace(/^\$ (?:[A-Z_]+=\S+ )*/, '')
          .split(/\s+/);
        if (!isExample(line)) continue;
        const named = known.get(words.slice(1, 3).join(' ')) ?? known.get(words[1] ?? '');
        if (!named) wrong.push(`${line}: no such command`);
        const flags = line.replace(/"[^"]*"|'[^']*'|\|.*/g, '').match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];
        const has = new Set(named?.options.flatMap(({ long, short }) => [long, short]));
        for (const flag of flags) if (!has.has(flag)) wrong.push(`${line}: no option ${flag}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
