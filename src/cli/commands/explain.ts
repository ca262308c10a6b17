import type { Command } from 'commander';
import type { ChangeExplanation, FileExplanation, ModelCall, TestRun } from '../../client/index.ts';
import type { Cli, ClientOptions } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { gist, printable } from '../printable.ts';
import { wholeNumber } from '../whole-number.ts';
import { counted, originWords } from '../words.ts';

interface ExplainOptions extends ClientOptions {
  readonly version?: number;
}

export function addExplain(program: Command, cli: Cli): void {
  cli
    .clientCommand(program, 'explain <id> <path[:line]>')
    .description(
      'tell why a file or a line is there: change, model call, plan, tests, and the causes back to the prompt',
    )
    .option('--version <number>', 'the file as it was at this code version (default: now)', wholeNumber)
    .addHelpText(
      'after',
      '\nExamples:\n  $ taskloom explain slugify-1 src/slugify.js\n  $ taskloom explain slugify-1 src/slugify.js:3 --json',
    )
    .action(cli.action((id: string, place: string, options: ExplainOptions) => explain(cli, id, place, options)));
}

async function explain(
  cli: Cli,
  id: string,
  place: string,
  { version, json, server }: ExplainOptions,
): Promise<ExitCode> {
  using client = cli.connect(cli.serverUrl({ server }));
  const [, path = place, line] = /^(.+):(\d{1,9})$/.exec(place) ?? [];
  const found = await client.explain(id, path, { line: line === undefined ? undefined : Number(line), version });
  if (json) cli.terminal.json(found);
  else for (const text of line === undefined ? eachLine(found) : oneLine(found)) cli.terminal.print(text);
  return exitCodes.done;
}

/** As `git blame` shows it: where each line comes from, and then the line. */
function eachLine({ lines: ranges }: FileExplanation): readonly string[] {
  return ranges.flatMap(({ from, lines, change }) =>
    lines.map((text, index) => {
      const where = `v${change.version} ${originWords[change.origin]} event ${change.sequence}`;
      return `${String(from + index).padStart(5)}  ${where.padEnd(28)}  ${printable(text.replaceAll('\t', '    '), 500)}`;
    }),
  );
}

function oneLine({ path, lines: [range] }: FileExplanation): readonly string[] {
  if (!range) return [];
  const { change, from, lines } = range;
  const facts: (readonly [string, string | null])[] = [
    ['line', `${path}:${from}  ${lines[0] ?? ''}`],
    ['came with', `code version ${change.version}, event ${change.sequence} ${change.eventType}, ${change.timestamp}`],
    ['which was', originOf(change)],
    ['call', change.call && callText(change.call)],
    ['plan', change.plan && planText(change.plan)],
    ['because of', change.testsBefore && runText(change.testsBefore)],
    ['then', change.testsAfter && runText(change.testsAfter)],
    ['passed', laterPass(change)],
    ['causes', change.causes.map(({ sequence, eventType }) => `${sequence} ${eventType}`).join(' → ')],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(11)}${printable(value, 2000)}`]));
}

function originOf({ origin, module }: ChangeExplanation): string {
  if (origin === 'given') return 'given by the caller';
  return `${originWords[origin]} for ${module ?? 'the task'}`;
}

function callText({ signature, role, model, by, promptHash, usage, requested, answered }: ModelCall): string {
  const who = [by, model].filter(Boolean).join(' ') || 'nobody yet';
  const tokens = usage ? `, ${usage.inputTokens} + ${usage.outputTokens} tokens` : '';
  const events = `events ${requested} and ${answered ?? 'none yet'}`;
  return `${signature} (${role}), answered by ${who}${tokens}, prompt ${promptHash.slice(0, 12)}, ${events}`;
}

function planText({ sequence, source, module, call }: NonNullable<ChangeExplanation['plan']>): string {
  const maker = call ? `${call.by ?? 'a model'} ${call.model ?? ''}`.trim() : source;
  return `${module.description || module.path} (event ${sequence}, planned by ${maker})`;
}

function runText({ sequence, passed, failed, problem }: TestRun): string {
  const reds = failed.map(({ name, message }) => `${name}${message === null ? '' : ` (${gist(message)})`}`);
  const why = [...reds, ...(problem === null ? [] : [problem])].join('; ');
  const whole = `${passed.length} passed, ${counted(failed.length, 'test')} failed in event ${sequence}`;
  return why === '' ? `${whole}: ${passed.join(', ')}` : `${whole}: ${why}`;
}

function laterPass({ testsAfter, testsPassed }: ChangeExplanation): string | null {
  if (!testsPassed || testsPassed.sequence === testsAfter?.sequence) return null;
  return runText(testsPassed);
}
