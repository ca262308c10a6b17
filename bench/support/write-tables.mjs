import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { markdownTable } from './table.mjs';

const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));

/** Puts each group's table into docs/performance.md in place of the one before; other groups keep theirs. */
export async function writeTables(groups) {
  let text = readFileSync(page, 'utf8');
  for (const group of groups) {
    const [open, close] = [`<!-- bench:${group.name} -->`, `<!-- /bench:${group.name} -->`];
    const [start, end] = [text.indexOf(open), text.indexOf(close)];
    if (start < 0 || end < start) throw new Error(`${page} has no place for ${group.name}: ${open} … ${close}`);
    text = `${text.slice(0, start)}${open}\n\n${group.title}, ${machine()}:\n\n${markdownTable(group)}\n\n${text.slice(end)}`;
  }
  writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
}

/** The machine by its size alone. */
function machine() {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const month = new Date().toLocaleDateString('en-US', { year: 'numeric', month: 'long' });
  return `${availableParallelism()} cores, ${gigabytes} GB, Node.js ${process.versions.node}, ${month}`;
}
