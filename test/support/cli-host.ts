import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import type { CliOptions, CliResult } from './cli-process.ts';

const program = fileURLToPath(new URL('cli-host.mjs', import.meta.url));

interface Answer extends CliResult {
  readonly failure: string | null;
}

let host: Promise<{ readonly child: ChildProcess; readonly ended: Promise<never> }> | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * As `taskloom` of cli-process.ts, in one process of the built program for all commands of a test file, one at a time:
 * for what a command says and does. What is about the process itself has to have one of its own.
 */
export function taskloom(parameters: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = last.then(() => run(parameters, options));
  last = result.catch(() => undefined);
  return result;
}

async function run(parameters: readonly string[], { env = {}, cwd = process.cwd(), input = '' }: CliOptions) {
  const { child, ended } = await (host ??= start());
  const { PATH, HOME, TMPDIR } = process.env;
  child.send({ parameters, env: { PATH, HOME, TMPDIR, ...env }, cwd, input });
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Answer];
  const { failure, ...result } = answer;
  if (failure !== null) throw new Error(`taskloom ${parameters.join(' ')}: ${failure}\n${result.err}`);
  return result;
}

async function start() {
  const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]): never => {
    throw new Error(`The process of all commands has ended with ${code ?? signal}.`);
  });
  // Told to the command that is running, if there is one.
  ended.catch(() => undefined);
  await once(child, 'message');
  return { child, ended };
}

afterAll(async () => {
  (await host)?.child.disconnect();
  host = null;
});
