import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { CliProcess, jsonLines, taskloom } from '../support/cli-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

const quiet = { LOG_LEVEL: 'silent', PORT: '0', LLM_PROVIDER: 'delegated', SANDBOX: 'process' };

describe('taskloom serve', () => {
  it('says in one line where it listens, and ends with 0 on SIGTERM [CLI-1, PL-7]', async () => {
    using directory = temporaryDirectory();
    await using server = new CliProcess(['serve'], { env: { ...quiet, DATA_DIR: directory.path } });
    const [line, url] = await server.printed(
      /^Taskloom listens on (http:\S+) · docs .*\/docs · models: .* · isolation: .*$/m,
    );
    expect(line).toContain('delegated');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const askedAt = performance.now();
    server.kill('SIGTERM');
    const { exitCode } = await server.ended;
    expect(exitCode).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(5000);
  });

  it('refuses a data directory that another server uses, and names it [PL-7]', async () => {
    using directory = temporaryDirectory();
    const env = { ...quiet, DATA_DIR: directory.path };
    await using first = new CliProcess(['serve', '--json'], { env });
    await first.printed(/"url"/);
    const second = await taskloom(['serve'], { env });
    expect(second.exitCode).toBe(1);
    expect(second.err.trim().split('\n')).toEqual([
      expect.stringContaining(`Another server is running on the data directory ${directory.path}`),
    ]);
    first.kill('SIGTERM');
    expect((await first.ended).exitCode).toBe(0);
  });

  it('refuses a port that is taken, says what to do, and lets go of the data directory [PL-7]', async () => {
    using directory = temporaryDirectory();
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      }),
    );
    const env = { ...quiet, DATA_DIR: directory.path };
    const refused = await taskloom(['serve'], { env: { ...env, PORT: String(port) } });
    taken.close();
    expect(refused.exitCode).toBe(1);
    expect(refused.err.trim().split('\n')).toEqual([expect.stringMatching(`127.0.0.1:${port}.*set PORT`)]);

    await using next = new CliProcess(['serve', '--json'], { env });
    await next.printed(/"url"/);
    next.kill('SIGINT');
    expect((await next.ended).exitCode).toBe(0);
  });

  it('names every wrong setting with an example, also those in .env [PL-1, PL-7]', async () => {
    using directory = temporaryDirectory();
    writeFileSync(join(directory.path, '.env'), 'MAX_QUEUE=many\n');
    const { exitCode, err } = await taskloom(['serve'], { env: { PORT: '99999' }, cwd: directory.path });
    expect(exitCode).toBe(1);
    const lines = err.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/PORT: "99999".*Example: PORT=9876/),
        expect.stringMatching(/MAX_QUEUE: "many".*Example: MAX_QUEUE=/),
      ]),
    );
  });

  it('refuses a store it cannot read, and leaves it as it is [PL-7]', async () => {
    using directory = temporaryDirectory();
    writeFileSync(join(directory.path, 'taskloom.db'), 'no database, but something precious '.repeat(200));
    const { exitCode, err } = await taskloom(['serve'], { env: { ...quiet, DATA_DIR: directory.path } });
    expect(exitCode).toBe(1);
    expect(err.trim().split('\n')).toEqual([expect.stringMatching(/taskloom\.db .*not an intact SQLite database/)]);
  });

  it('prints the same as JSON', async () => {
    using directory = temporaryDirectory();
    await using server = new CliProcess(['serve', '--json'], { env: { ...quiet, DATA_DIR: directory.path } });
    await server.printed(/"isolation"/);
    server.kill('SIGTERM');
    const [about] = jsonLines((await server.ended).out);
    expect(about?.docs).toBe(`${String(about?.url)}/docs`);
    expect(about?.isolation).toContain('process');
  });
});
