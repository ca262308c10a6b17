const NUL = /\0/g;
const REPLACEMENT = '\ufffd';

/**
 * Parameters as PostgreSQL can take them: it knows no NUL in a text. U+FFFD, which stands for what cannot be said, is put in
 * its place, so that a text is found by what it was kept from.
 */
export function keepable<T>(values: readonly T[]): unknown[] {
  return values.map((value) =>
    typeof value === 'string' && value.includes('\0') ? value.replaceAll(NUL, REPLACEMENT) : value,
  );
}
