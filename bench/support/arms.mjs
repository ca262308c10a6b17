import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The build that is measured: TASKLOOM_DIST, or dist/ beside this directory. */
export function built(path) {
  const dist = process.env.TASKLOOM_DIST
    ? `file://${process.env.TASKLOOM_DIST}/`
    : new URL('../../dist/', import.meta.url);
  return import(new URL(path, dist).href);
}

/**
 * Runs arms against each other: every round starts each of them once, in a fresh process and on an empty directory,
 * so that what the machine does meanwhile hits all alike. An arm answers one number; targets compare medians.
 * In the child process it runs the arm it was started for instead.
 */
export async function compare({ file, title, unit, rounds = 5, arms, targets }) {
  const self = fileURLToPath(file);
  const asked = process.argv[2];
  if (asked !== undefined && Object.hasOwn(arms, asked)) {
    const value = await arms[asked](process.argv[3]);
    process.stdout.write(`\n${JSON.stringify({ value })}\n`);
    return;
  }
  const values = Object.fromEntries(Object.keys(arms).map((arm) => [arm, []]));
  for (let round = 0; round < Number(process.env.BENCH_ROUNDS ?? rounds); round++) {
    for (const arm of Object.keys(arms)) values[arm].push(runOnce(self, arm));
  }
  print(title, unit, values, targets);
}

function runOnce(self, arm) {
  const directory = mkdtempSync(join(tmpdir(), 'taskloom-bench-'));
  try {
    const { stdout, stderr, status } = spawnSync(process.execPath, [self, arm, directory], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (status !== 0) throw new Error(`${arm} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1)).value;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function print(title, unit, values, targets) {
  const rows = Object.entries(values).map(([arm, measured]) => {
    const [low, high] = [Math.min(...measured), Math.max(...measured)];
    const target = targets[arm];
    const ratio = target ? median(measured) / median(values[target.of]) : null;
    const holds = !target
      ? ''
      : (target.atLeast === undefined ? ratio <= target.atMost : ratio >= target.atLeast)
        ? 'holds'
        : 'MISSED';
    return [
      arm,
      format(median(measured)),
      `${format(low)} – ${format(high)}`,
      ratio === null ? '' : `${ratio.toFixed(2)} x ${target.of}`,
      !target ? '' : target.atLeast === undefined ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`,
      holds,
    ];
  });
  const table = [['arm', `median ${unit}`, 'range', 'ratio', 'target', ''], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  console.log(`\n${title}`);
  for (const row of table)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd());
  if (rows.some((row) => row[5] === 'MISSED')) process.exitCode = 1;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function format(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
