import { InvalidArgumentError } from 'commander';

/** `key=value`, added to those before it. */
export function entryOf(
  entry: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('Give key=value.');
  return { ...before, [key]: value };
}
