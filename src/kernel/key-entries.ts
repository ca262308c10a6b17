import { isRole, type Role, roles } from './roles.ts';

/** A key that is configured, and what it is good for. */
export interface KeyEntry {
  readonly role: Role;
  readonly key: string;
}

const MIN_KEY_CHARS = 24;
const MAX_KEY_CHARS = 256;

/** Reads API_KEYS: `role:key` entries, separated by commas or line ends. A problem names its entry by number and never repeats the key. */
export function readKeyEntries(text: string): {
  readonly keys: readonly KeyEntry[];
  readonly problems: readonly string[];
} {
  const entries = text
    .split(/[,\r\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const keys: KeyEntry[] = [];
  const problems: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const read = readKeyEntry(entry);
    if (typeof read === 'string') problems.push(`entry ${index + 1} ${read}`);
    else keys.push(read);
  }
  if (new Set(keys.map(({ key }) => key)).size < keys.length) problems.push('two entries have the same key');
  if (entries.length === 0) problems.push('there is no entry');
  return { keys, problems };
}

function readKeyEntry(entry: string): KeyEntry | string {
  const at = entry.indexOf(':');
  const role = entry.slice(0, Math.max(0, at)).trim();
  const key = entry.slice(at + 1).trim();
  if (!isRole(role)) return `does not begin with ${roles.map((each) => `${each}:`).join(', ')}`;
  if (!/^[\x21-\x7e]+$/.test(key)) return 'has a key with characters that no header can carry';
  if (key.length < MIN_KEY_CHARS || key.length > MAX_KEY_CHARS) {
    return `has a key of ${key.length} characters: ${MIN_KEY_CHARS} to ${MAX_KEY_CHARS} are needed`;
  }
  return { role, key };
}
