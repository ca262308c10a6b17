import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quick } from './support/arms.mjs';
import { freshDirectory } from './support/directories.mjs';
import { isMissed, textTable } from './support/table.mjs';
import { writeTables } from './support/write-tables.mjs';

// Runs every bench/*.bench.mjs one after the other and prints one table at the end; names on the command line choose
// among them, `--write` puts the figures into docs/performance.md. Exit code 1: a target is missed, or an arm failed.
const parameters = process.argv.slice(2);
const wanted = parameters.filter((name) => !name.startsWith('--'));
const benches = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.bench.mjs'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .toSorted();

const directory = freshDirectory();
const results = join(directory.path, 'results');
const environment = { ...process.env, BENCH_SHARED: directory.path, BENCH_RESULTS: results };
const broken = benches.length === 0 ? [`No benchmark is called ${wanted.join(' or ')}.`] : [];
for (const name of benches) {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'inherit', 'inherit'], env: environment });
  const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  if (ended !== 0) broken.push(`${name} ended with ${ended}.`);
}

const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n') : [];
const groups = lines.map((line) => JSON.parse(line));
if (groups.length > 0) console.log(textTable(groups));
for (const line of broken) console.log(`\n${line}`);
if (parameters.includes('--write')) await writeTables(groups);
const failed = groups.some(({ rows }) => rows.some(({ verdict }) => verdict === 'FAILED'));
// Small sizes say nothing about targets.
if (broken.length > 0 || (quick ? failed : isMissed(groups))) process.exitCode = 1;
directory.remove();
