import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** The processes on this machine whose command line holds a mark. */
export async function processesWith(mark: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(pids.map(async (pid) => ((await commandLine(pid)).includes(mark) ? pid : null)));
  return found.filter((pid) => pid !== null);
}

/** Resolves when a condition holds; rejects after `limitMs` with what it was. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await wait(20);
  }
}

function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
