import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { CliProcess } from '../support/cli-process.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(90_000);

const sample = fileURLToPath(new URL('../../examples/text-statistics/', import.meta.url));
const { prompt } = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')) as { prompt: string };

it('five runs from one address all end well where three connections are allowed, and say that they wait [GW-10, CLI-1]', async () => {
  using directory = temporaryDirectory();
  await using server = await ServerProcess.start({
    DATA_DIR: directory.path,
    LLM_PROVIDER: 'replay',
    LLM_RECORDING: join(sample, 'recording.jsonl'),
    // The default itself: an empty value counts as not set.
    SOCKET_MAX_PER_ADDRESS: '',
  });
  const taken = await Promise.all(Array.from({ length: 3 }, () => RawSocket.enter(server.url)));
  const runs = Array.from(
    { length: 5 },
    (_, index) =>
      new CliProcess(['run', prompt, '--language', 'javascript', '--id', `run-${index}`], {
        env: { TASKLOOM_URL: server.url },
      }),
  );
  await Promise.all(runs.map((run) => run.printed(/Waiting for a free connection/)));
  for (const socket of taken) if (socket instanceof RawSocket) await socket.close();

  const results = await Promise.all(runs.map((run) => run.ended));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  for (const { out, err } of results) {
    expect(out).toMatch(/completed: 4 modules/);
    // However often it was refused, one line.
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(
        /^Waiting for a free connection to http:\S+ \(3 of this address are open, all that SOCKET_MAX_PER_ADDRESS allows: close one\.\) …$/,
      ),
    ]);
  }
});
