import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { findPostgres, startPostgres } from '../../scripts/postgres.mjs';
import { describeOnPostgres, runSql, temporaryPostgres } from './postgres.ts';

describeOnPostgres('the PostgreSQL of the tests', () => {
  it('gives each test a database of its own, synced to disk', async () => {
    await using first = await temporaryPostgres();
    await using second = await temporaryPostgres();
    await runSql(first.url, 'CREATE TABLE mine (id integer)');
    expect(await runSql(second.url, "SELECT to_regclass('mine') AS found")).toEqual([{ found: null }]);
    expect(await runSql(first.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  });

  const ownIt = findPostgres() ? it : it.skip;

  ownIt('is gone with its directory when it is stopped', async () => {
    const server = await startPostgres({ settings: { max_connections: 7 } });
    expect(await runSql(server.url, 'SHOW max_connections')).toEqual([{ max_connections: '7' }]);
    await server.stop();
    expect(existsSync(server.directory)).toBe(false);
    await expect(runSql(server.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  ownIt('is gone when whoever started it is killed', async () => {
    const script = new URL('../../scripts/postgres.mjs', import.meta.url).href;
    const owner = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { startPostgres } = await import(${JSON.stringify(script)});
       console.log((await startPostgres()).directory); setInterval(() => undefined, 1000);`,
    ]);
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const directory = line.toString().trim();
    expect(existsSync(directory)).toBe(true);
    owner.kill('SIGKILL');
    for (const deadline = Date.now() + 10_000; existsSync(directory) && Date.now() < deadline;) {
      await new Promise(setImmediate);
    }
    expect(existsSync(directory)).toBe(false);
  });
});
