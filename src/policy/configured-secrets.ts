import type { Configuration } from '../kernel/configuration.ts';
import { readKeyEntries } from '../kernel/key-entries.ts';
import { secretSettings, type settings } from '../kernel/settings.ts';

/** Everything in the configuration that must never be shown: secret settings, passwords in addresses, named values. */
export function configuredSecrets(configuration: Configuration): readonly string[] {
  return Object.entries(configuration).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [];
    if (name === 'API_KEYS') return readKeyEntries(value).keys.map(({ key }) => key);
    if (name === 'SECRET_VALUES') return value.split(',').map((part) => part.trim());
    return secretSettings.has(name as keyof typeof settings) ? [value] : passwordsIn(value);
  });
}

function passwordsIn(value: string): string[] {
  const password = URL.parse(value)?.password;
  return password ? [password, decodeURIComponent(password)] : [];
}
