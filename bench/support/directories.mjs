import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const left = new Set();

/** A directory that is gone when it is removed, or else with this process, whatever ends it. */
export function freshDirectory() {
  if (left.size === 0) goWithTheProcess();
  const path = mkdtempSync(join(tmpdir(), 'taskloom-bench-'));
  left.add(path);
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
      left.delete(path);
    },
  };
}

/** Where the arms of this run find what they share: given by whoever started this run, or its own. */
export function sharedDirectory() {
  const path = process.env.BENCH_SHARED;
  return path === undefined ? freshDirectory() : { path, remove: () => undefined };
}

function goWithTheProcess() {
  if (process.listenerCount('exit') > 0) return;
  process.on('exit', () => {
    for (const path of left) rmSync(path, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
}
