import { readFileSync } from 'node:fs';
import { messageOf } from '../kernel/errors.ts';
import { secretSettings } from '../kernel/settings.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads secrets from the files that `<SETTING>_FILE` names, as containers hand them over, into the environment. What is
 * set both ways, or cannot be read, is a UsageError that names the variable.
 */
export function readSecretFiles(environment: NodeJS.ProcessEnv): void {
  for (const name of secretSettings) {
    const path = environment[`${name}_FILE`]?.trim();
    if (!path) continue;
    if (environment[name]?.trim()) throw new UsageError(`${name} and ${name}_FILE are both set: keep one of them.`);
    try {
      environment[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw new UsageError(`${name}_FILE cannot be read: ${messageOf(error)}. Give the path of a file with the value.`);
    }
  }
}
