import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMissed, judged, textTable } from './table.mjs';

/**
 * Hands over what one comparison has measured: to the run it is part of, else to the terminal, and then a target that
 * is missed ends in exit code 1. `rows` have a name and values, or why there are none; `unit` and `units` by row; a
 * target of a row is one or several of { atMost } and { atLeast }, of the value itself, or of its ratio to the row
 * `of`, and { timesFaster, of } for times; `of` alone shows the ratio. Of several rows in `of` the best counts.
 */
export async function report({ file, title, unit, units = {}, rows, targets = {} }) {
  const unknown = unknownRows(rows, targets);
  if (unknown.length > 0)
    throw new Error(`“${title}” has targets for rows that it does not have: ${unknown.join('; ')}`);
  const group = {
    name: basename(fileURLToPath(file), '.bench.mjs'),
    title,
    rows: judged({ unit, units, rows, targets }),
  };
  if (process.env.BENCH_RESULTS) return appendFileSync(process.env.BENCH_RESULTS, `${JSON.stringify(group)}\n`);
  console.log(`\n${textTable([group])}`);
  if (isMissed([group])) process.exitCode = 1;
}

/** A target that is misspelt would hold for ever. Rows of arms that did not run are not known. */
function unknownRows(rows, targets) {
  const known = new Set(rows.map(({ name }) => name));
  const silent = rows.filter(({ values }) => values.length === 0).map(({ name }) => name);
  const named = Object.entries(targets).flatMap(([row, wanted]) => [
    row,
    ...[wanted].flat().flatMap(({ of = [] }) => of),
  ]);
  return named.filter((row) => !known.has(row) && !silent.some((arm) => row.startsWith(`${arm}: `)));
}
