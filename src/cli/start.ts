import type { Configuration } from '../kernel/configuration.ts';
import { NoRedactor } from '../kernel/redactor.ts';
import type { Cli } from './cli.ts';
import { printable } from './printable.ts';
import type { RunningServer } from './running-server.ts';
import { startFailure } from './start-failure.ts';

/** Starts a server, or says in one line for each reason why it cannot start and what to do, and answers null. */
export async function startOrExplain(
  cli: Cli,
  configure: () => Configuration,
  json: boolean,
): Promise<(RunningServer & { readonly configuration: Configuration }) | null> {
  let configuration: Configuration | null = null;
  try {
    configuration = configure();
    return { ...(await cli.startServer(configuration)), configuration };
  } catch (error) {
    const { redactorOf } = await import('../policy/index.ts');
    const redactor = configuration ? redactorOf(configuration) : new NoRedactor();
    for (const message of startFailure(error, configuration).map((text) => redactor.text(text))) {
      if (json) cli.terminal.note(JSON.stringify({ error: { code: 'CANNOT_START', message } }));
      else cli.terminal.note(`taskloom cannot start: ${printable(message, 2000)}`, 'bad');
    }
    if (error instanceof Error && configuration && isVerbose(configuration))
      cli.terminal.note(redactor.text(error.stack ?? ''));
    return null;
  }
}

function isVerbose({ LOG_LEVEL }: Configuration): boolean {
  return LOG_LEVEL === 'debug' || LOG_LEVEL === 'trace';
}
