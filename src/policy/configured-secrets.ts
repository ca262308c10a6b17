import type { Configuration } from '../kernel/configuration.ts';
import { readKeyEntries } from '../kernel/key-entries.ts';
import { secretSettings, type settings } from '../kernel/settings.ts';

/** Everything in the configuration that must never be shown: secret settings, passwords in addresses, named values. */
export function configuredSecrets(configuration: Configuration): readonly string[] {
  return Object.entries(configuration).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [];
    if (name === 'API_KEYS') return readKeyEntries(value).keys.map(({ key }) => key);
    if (name === 'SECRET_VALUES') return value.split(',').map((part) => part.trim());
    // Which database is meant may be told: its password alone is secret.
    if (name === 'DATABASE_URL') return passwordsIn(value);
    return secretSettings.has(name as keyof typeof settings) ? [value] : passwordsIn(value);
  });
}

/** Of a URL, as it stands there and as it is meant. */
function passwordsIn(value: string): string[] {
  const url = URL.parse(value);
  const password = url?.password ?? '';
  return [password, decoded(password), url?.searchParams.get('password') ?? ''];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
