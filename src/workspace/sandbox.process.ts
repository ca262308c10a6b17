import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalSandbox, parametersOf, type PreparedRun, sandboxEnvironment } from './sandbox.local.ts';

/**
 * No isolation: a process of its own on a private copy, with limits of time, memory and output, that can read and write
 * whatever its user can. Only for those who choose it on purpose.
 */
export class ProcessSandbox extends LocalSandbox {
  readonly isolation = 'process';

  describe() {
    return { isolation: this.isolation, detail: 'no isolation: code runs with the rights of the server' } as const;
  }

  protected launch({ command, directory, interpreter, user }: PreparedRun) {
    const run = randomUUID();
    const path = [dirname(interpreter.path), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
    return Promise.resolve({
      launch: {
        file: interpreter.path,
        parameters: parametersOf(command, directory.tools),
        environment: { ...sandboxEnvironment(path, directory.work, directory.tmp), TASKLOOM_RUN: run },
        directory: directory.work,
        user,
      },
      ended: () => endMarked(run),
    });
  }
}

/** What left the process group still carries the run's mark in its environment. */
async function endMarked(run: string): Promise<void> {
  const mark = `TASKLOOM_RUN=${run}`;
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '');
      if (!environment.split('\0').includes(mark)) return;
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }),
  );
}
