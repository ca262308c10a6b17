import type { Configuration } from '../../kernel/configuration.ts';
import { chooseSandbox } from '../../workspace/index.ts';
import type { Finding } from './finding.ts';

/** The isolation that the server would choose, proven by the same self-test. */
export async function checkSandbox({ SANDBOX }: Pick<Configuration, 'SANDBOX'>): Promise<Finding> {
  const check = 'sandbox';
  const said: string[] = [];
  const sandbox = await chooseSandbox(SANDBOX, (message) => said.push(message));
  try {
    const { isolation, detail } = sandbox.describe();
    switch (isolation) {
      case 'none':
        return {
          check,
          status: 'fault',
          detail,
          cure: 'Without it tasks are accepted, but none of their tests can run.',
        };
      case 'process':
        return {
          check,
          status: 'note',
          detail: 'SANDBOX=process: generated code runs without isolation, with the rights of the server',
          cure: 'Set SANDBOX=auto to have it isolated.',
        };
      default:
        return { check, status: 'ok', detail: [...said.slice(0, -1), detail].join('; '), cure: null };
    }
  } finally {
    await sandbox.close();
  }
}
