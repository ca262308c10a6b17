import { Redactor } from '../kernel/redactor.ts';
import { withoutPrivateKeys } from './private-keys.ts';
import { hint, secretFormats } from './secret-formats.ts';

/** Shorter ones are words that might stand anywhere. */
export const MIN_SECRET_LENGTH = 8;
const MAX_PASSES = 10;

/** Takes out what is configured as secret, in the forms in which it may be written, and what looks like a key. */
export class SecretRedactor extends Redactor {
  /** The configured values in all their forms; null when there are none. */
  private readonly known: RegExp | null;

  constructor(values: readonly string[]) {
    super();
    const forms = new Set(values.filter((value) => value.length >= MIN_SECRET_LENGTH).flatMap(formsOf));
    const longestFirst = [...forms].sort((a, b) => b.length - a.length).map((form) => RegExp.escape(form));
    this.known = longestFirst.length === 0 ? null : new RegExp(longestFirst.join('|'), 'g');
  }

  override text(text: string): string {
    if (!this.mayHold(text)) return text;
    // Where one is taken out from between others, another may only then be seen.
    let [before, after] = ['', text];
    for (let pass = 0; before !== after && pass < MAX_PASSES; pass++) [before, after] = [after, this.pass(after)];
    return after;
  }

  override data<T extends object>(data: T): T {
    // Strings of JSON are looked at as they are written: a key is the same there, but for what must be escaped.
    return this.mayHold(JSON.stringify(data)) ? (this.value(data) as T) : data;
  }

  private pass(text: string): string {
    const unknown = this.known ? text.replace(this.known, '[redacted secret]') : text;
    return secretFormats.reduce(
      (rest, { name, pattern }) => {
        const replacement = `[redacted ${name}]`;
        return rest.replace(pattern, (_match, kept: unknown) => (typeof kept === 'string' ? kept : '') + replacement);
      },
      withoutPrivateKeys(unknown, '[redacted private key]'),
    );
  }

  private mayHold(text: string): boolean {
    if (hint.test(text)) return true;
    if (!this.known) return false;
    this.known.lastIndex = 0;
    return this.known.test(text);
  }

  private value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.value(item)]));
  }
}

/** As it is, and as it stands in JSON, in a URL and in base64. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}
