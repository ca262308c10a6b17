import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { report } from './report.mjs';
import { freshDirectory, sharedDirectory } from './directories.mjs';

/** Small sizes and one round: shows that every benchmark still runs, and says nothing about speed. */
export const quick = process.env.BENCH_QUICK === '1';

/** A size, and what it is in quick mode. */
export const scaled = (full, small) => (quick ? small : full);

/** How long an arm that counts goes on. */
export const DURATION_MS = Number(process.env.BENCH_MS ?? scaled(2000, 150));
/** How long it does so before it is measured: a server is not restarted every two seconds, and its code is compiled. */
export const WARM_UP_MS = scaled(1000, 50);

const RESULT = 3;
/** What `npm start` gives the server, for all arms alike: new objects get 16 MB of room instead of up to 32. */
const NODE_FLAGS = ['--max-semi-space-size=16'];
const TERMINAL = ['', 'dumb'].includes(process.env.TERM ?? '') ? false : process.stderr.isTTY;

/** The build that is measured: TASKLOOM_DIST, or dist/ beside this directory. */
export function built(path) {
  const dist = process.env.TASKLOOM_DIST
    ? `file://${process.env.TASKLOOM_DIST}/`
    : new URL('../../dist/', import.meta.url);
  return import(new URL(path, dist).href);
}

class Skipped extends Error {}

/** Ends an arm that cannot run here; the table says why. */
export function skip(reason) {
  throw new Skipped(reason);
}

/**
 * Runs arms against each other: every round starts each of them once, in a fresh process and on an empty directory,
 * so that what the machine does meanwhile hits all alike. An arm answers a number, or several by name: the one called
 * `value` stands in the row of the arm's name, another in the row `<arm>: <name>`. `prepare` makes what all arms share,
 * once, in a process of its own; `environment` gives what they need running beside them. In the child process it runs
 * the arm it was started for instead.
 */
export async function compare({ file, prepare, environment, arms, rounds = 5, ...table }) {
  const steps = prepare ? { ...arms, prepare: () => prepared(prepare) } : arms;
  const [asked, directory] = process.argv.slice(2);
  if (asked !== undefined && Object.hasOwn(steps, asked)) return runHere(() => steps[asked](directory));

  const values = {};
  const notes = {};
  const shared = sharedDirectory();
  const { variables = {}, stop } = (await environment?.()) ?? {};
  Object.assign(process.env, { BENCH_SHARED: shared.path });
  const run = (arm) => {
    // Nothing is measured then: the arms may share a process, which starts once instead of for each.
    if (quick) return runQuickly(steps[arm], variables);
    return runOnce(fileURLToPath(file), arm, { ...variables, BENCH_SHARED: shared.path });
  };
  try {
    if (prepare) {
      progress(table.title, 'preparing');
      const { failed } = await run('prepare');
      if (failed) throw new Error(`Preparing “${table.title}” failed: ${failed}`);
    }
    const count = Number(process.env.BENCH_ROUNDS ?? scaled(rounds, 1));
    for (let round = 1; round <= count; round++) {
      for (const arm of Object.keys(arms)) {
        if (notes[arm]) continue;
        progress(table.title, `round ${round} of ${count}, ${arm}`);
        const { measured, skipped, failed } = await run(arm);
        if (skipped || failed) notes[arm] = skipped ? { skipped } : { failed };
        for (const [name, value] of Object.entries(measured ?? {})) {
          const row = name === 'value' ? arm : `${arm}: ${name}`;
          (values[row] ??= []).push(value);
        }
      }
    }
  } finally {
    progress('', '');
    await stop?.();
    shared.remove();
  }
  // A row for everything that was measured, in the order of the arms, and for what was not, why.
  const rows = Object.keys(arms).flatMap((arm) => {
    const names = Object.keys(values).filter((row) => row === arm || row.startsWith(`${arm}: `));
    if (notes[arm]) return [{ name: arm, values: [], ...notes[arm] }];
    return names.map((name) => ({ name, values: values[name] }));
  });
  await report({ file, rows, ...table });
  // Whatever the arms have left open ends with them.
  if (quick) process.stdout.write('', () => process.exit());
}

async function prepared(prepare) {
  await prepare();
  return {};
}

async function runQuickly(arm, variables) {
  Object.assign(process.env, variables);
  const directory = freshDirectory();
  // Calls may still be under way in it when the arm has its answer.
  process.on('exit', () => directory.remove());
  return outcomeOf(() => arm(directory.path));
}

/** Hands the arm's answer to the process that has started this one, and ends whatever the arm has left open. */
async function runHere(arm) {
  writeSync(RESULT, JSON.stringify(await outcomeOf(arm)));
  closeSync(RESULT);
  process.exit();
}

async function outcomeOf(arm) {
  try {
    return { measured: numbers(await arm()) };
  } catch (error) {
    return error instanceof Skipped ? { skipped: error.message } : { failed: String(error?.stack ?? error) };
  }
}

function numbers(answer) {
  const measured = typeof answer === 'object' ? answer : { value: answer };
  const odd = Object.entries(measured).find(([, value]) => !Number.isFinite(value));
  if (odd) throw new Error(`The arm measured no number: ${odd.join(' ')}.`);
  return measured;
}

async function runOnce(file, arm, variables) {
  const directory = freshDirectory();
  try {
    const child = spawn(process.execPath, [...NODE_FLAGS, file, arm, directory.path], {
      env: { ...process.env, ...variables },
      // What a peer prints to standard output is nobody's business.
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    let [result, said] = ['', ''];
    child.stdio[RESULT].on('data', (chunk) => (result += chunk));
    // An exit waits for calls that are under way in other threads, and a peer's may wait for a lock.
    child.stdio[RESULT].on('end', () => result !== '' && child.kill('SIGKILL'));
    child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-10_000)));
    const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
    return result === '' ? { failed: `ended with ${ended}: ${said}` } : JSON.parse(result);
  } finally {
    directory.remove();
  }
}

function progress(title, what) {
  if (TERMINAL) process.stderr.write(`\r\u001b[K${title === '' ? '' : `${title}: ${what}`}`);
}
