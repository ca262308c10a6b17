import { type Configuration, readConfiguration } from '../../kernel/configuration.ts';
import type { Cli } from '../cli.ts';
import { healthOf } from '../health.ts';
import { startFailure } from '../start-failure.ts';
import { checkBrain } from './brain.ts';
import { checkDatabase } from './database.ts';
import type { Finding } from './finding.ts';
import { checkDataDirectory, checkDisk, checkNode, checkPort } from './machine.ts';
import { checkSandbox } from './sandbox.ts';

/** What there is to say of this machine, one check after the other. */
export async function* findings(cli: Cli): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  let configuration: Configuration;
  try {
    configuration = readConfiguration(cli.environment);
  } catch (error) {
    for (const line of startFailure(error, null)) {
      yield {
        check: 'configuration',
        status: 'fault',
        detail: line,
        cure: 'Correct it in the environment or in .env.',
      };
    }
    return;
  }
  yield { check: 'configuration', status: 'ok', detail: 'all settings are valid', cure: null };
  yield await checkSandbox(configuration);
  yield await checkBrain(configuration);
  yield await checkPort(configuration, (url) => isTaskloom(cli, url));
  yield await checkDatabase(configuration);
  yield await checkDataDirectory(configuration.DATA_DIR);
  yield await checkDisk(configuration.DATA_DIR);
}

async function isTaskloom(cli: Cli, url: string): Promise<boolean> {
  using client = cli.connect(url);
  return await healthOf(client).then(
    () => true,
    () => false,
  );
}
