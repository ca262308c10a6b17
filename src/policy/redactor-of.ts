import type { Configuration } from '../kernel/configuration.ts';
import type { Redactor } from '../kernel/redactor.ts';
import { configuredSecrets } from './configured-secrets.ts';
import { SecretRedactor } from './secret-redactor.ts';

const made = new WeakMap<Configuration, Redactor>();

/** The one redactor of a configuration; for those who come before the modules do, or are not made by them. */
export function redactorOf(configuration: Configuration): Redactor {
  let redactor = made.get(configuration);
  if (!redactor) made.set(configuration, (redactor = new SecretRedactor(configuredSecrets(configuration))));
  return redactor;
}
