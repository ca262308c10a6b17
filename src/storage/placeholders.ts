/** Literals, quoted names, comments and dollar-quoted text, in which a question mark is one; else a question mark. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$[A-Za-z_]*\$)[\s\S]*?\1|\?/g;
const MAX_KNOWN = 500;
const known = new Map<string, string>();

/** SQL with `?` for its parameters as PostgreSQL wants it, with `$1`, `$2` …; operators with a question mark cannot be said. */
export function numbered(sql: string): string {
  let text = known.get(sql);
  if (text === undefined) {
    let number = 0;
    text = sql.replace(TOKEN, (token) => (token === '?' ? `$${++number}` : token));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(sql, text);
  }
  return text;
}
