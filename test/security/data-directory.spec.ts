import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { jsonLines, taskloom } from '../support/cli-process.ts';
import { eventually, request } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** Runs something whose child processes may give everybody everything. */
async function withOpenUmask<T>(run: () => Promise<T>): Promise<T> {
  const before = process.umask(0);
  try {
    return await run();
  } finally {
    process.umask(before);
  }
}

describe('the data directory of a server (PL-3)', () => {
  it('is closed to other users with all its files, though the umask lets everybody in [PL-3]', async () => {
    using place = temporaryDirectory();
    const dataDir = join(place.path, 'deep/data');
    await using server = await withOpenUmask(() =>
      ServerProcess.start({ DATA_DIR: dataDir, LLM_PROVIDER: 'delegated', REQUIRE_KEYS: 'on' }),
    );
    expect((await request('GET', `${server.url}/tasks`)).status).toBe(401);
    expect(modeOf(dataDir)).toBe('700');
    const files = readdirSync(dataDir, { withFileTypes: true }).filter((entry) => entry.isFile());
    const modes = Object.fromEntries(files.map(({ name }) => [name, modeOf(join(dataDir, name))]));
    expect(modes).toMatchObject({
      'first-admin-key': '600',
      'server.lock': '600',
      'taskloom.db': '600',
      'taskloom.db-wal': '600',
    });
    expect(Object.values(modes).filter((mode) => mode !== '600')).toEqual([]);
    expect(server.printed).not.toContain('Other users');
  });

  it('is left as it is where somebody made it for more users, which the log and doctor tell [PL-3, CLI-4]', async () => {
    using place = temporaryDirectory();
    const dataDir = join(place.path, 'data');
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    const env = { DATA_DIR: dataDir, LLM_PROVIDER: 'delegated' };
    await using server = await ServerProcess.start(env);
    await eventually(
      () => Promise.resolve(server.printed),
      (printed) => printed.includes(`Other users of this machine can get into ${dataDir} (mode 755)`),
      5000,
    );
    expect(modeOf(dataDir)).toBe('755');
    expect(modeOf(join(dataDir, 'taskloom.db'))).toBe('600');
    await server.kill('SIGTERM');
    const { out } = await taskloom(['doctor', '--json'], { env: { PORT: '0', ...env } });
    const finding = jsonLines<{ check: string; status: string; cure: string }>(out).find(
      ({ check }) => check === 'data directory',
    );
    expect(finding).toMatchObject({ status: 'note', cure: expect.stringContaining(`chmod 700 ${dataDir}`) });
  });
});
