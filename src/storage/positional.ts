const cache = new Map<string, string>();
const MAX_CACHED = 500;

/** SQL whose parameters stand as `?`, with `$1`, `$2` … instead, as PostgreSQL has them; quoted text stays as it is. */
export function positional(sql: string): string {
  const known = cache.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const translated = sql.replace(/'(?:[^']|'')*'|"[^"]*"|\?/g, (part) => (part === '?' ? `$${++count}` : part));
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(sql, translated);
  return translated;
}
