import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { jsonLines, taskloom as ownProcess } from '../support/cli-process.ts';
import { describeOnPostgres, runSql, temporaryPostgres } from '../support/postgres.ts';
import { eventually, request } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

jest.setTimeout(60_000);

const golden = fileURLToPath(new URL('../golden/log-1.db.gz', import.meta.url));

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly detail: string;
  readonly cure: string | null;
}

describeOnPostgres('with DATABASE_URL', () => {
  it('a log moves from SQLite to PostgreSQL and back, the same to the last hash [CLI-1, EV-27, PL-9]', async () => {
    using directory = temporaryDirectory();
    await using server = await temporaryPostgres();
    const place = (name: string) => join(directory.path, name);
    const inFile = (name: string, ...words: string[]) => taskloom(words, { env: { DATA_DIR: place(name) } });
    const inDatabase = (...words: string[]) =>
      taskloom(words, { env: { DATA_DIR: place('other'), DATABASE_URL: server.url } });
    mkdirSync(place('log'));
    writeFileSync(join(place('log'), 'taskloom.db'), gunzipSync(readFileSync(golden)));

    const exported = await inFile('log', 'export', '--out', place('log.jsonl'));
    const seal = /seal (\S+)\./.exec(exported.out)?.[1] ?? '';
    expect(seal).toMatch(/^91:[0-9a-f]{64}$/);
    const imported = { exitCode: 0, out: `Imported 91 events of 3 tasks, seal ${seal}.\n`, err: '' };
    expect(await inDatabase('import', place('log.jsonl'))).toMatchObject(imported);
    expect(await inDatabase('verify', '--seal', seal)).toMatchObject({
      exitCode: 0,
      out: `The log is intact: 91 events of 3 tasks.\nseal ${seal}\n`,
    });
    expect((await inDatabase('export')).out).toBe(readFileSync(place('log.jsonl'), 'utf8'));
    expect(await inDatabase('export', '--out', place('back.jsonl'))).toMatchObject({ exitCode: 0 });
    expect(await inFile('back', 'import', place('back.jsonl'))).toMatchObject(imported);
    // Nothing of it went into the data directory.
    expect(readdirSync(directory.path).sort()).toEqual(['back', 'back.jsonl', 'log', 'log.jsonl']);

    expect(await inDatabase('import', place('log.jsonl'))).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/holds 91 events already: .* another DATA_DIR or DATABASE_URL/),
    });
    expect(await inDatabase('fsck')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/The log is in PostgreSQL .* `taskloom verify`/),
    });
    await runSql(server.url, `UPDATE events SET data = replace(data, 'third', 'other') WHERE type = 'TASK_CREATED'`);
    expect(await inDatabase('verify')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/event 1 of waiting-1 was changed/),
    });
  });

  it('doctor tells which database it is, whether it answers and may be written [CLI-4, PL-7]', async () => {
    using directory = temporaryDirectory();
    await using server = await temporaryPostgres();
    const finding = async (url: string) => {
      const env = { PORT: '0', LLM_PROVIDER: 'delegated', DATA_DIR: directory.path, DATABASE_URL: url };
      const { out } = await taskloom(['doctor', '--json'], { env });
      return jsonLines<Finding>(out).find(({ check }) => check === 'database');
    };
    const { host, pathname } = new URL(server.url);
    const at = (user: string, change: (url: URL) => void = () => undefined) => {
      const url = new URL(server.url);
      [url.username, url.password] = [user, 'hunter2'];
      change(url);
      return url.href;
    };
    expect(await finding(at('postgres'))).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(
        new RegExp(`^PostgreSQL \\d+.* at postgres://postgres@${host}${pathname} answers in`),
      ),
    });
    const role = `taskloom_reader_${process.pid}`;
    await runSql(server.url, `CREATE ROLE ${role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    try {
      expect(await finding(at(role))).toMatchObject({
        status: 'fault',
        detail: expect.stringContaining(`${role} may not make tables in the schema public`),
        cure: expect.stringContaining(`GRANT CREATE ON SCHEMA public TO ${role}`),
      });
    } finally {
      await runSql(server.url, `DROP ROLE ${role}`);
    }
    const gone = await finding(at('postgres', (url) => (url.port = '1')));
    expect(gone).toMatchObject({ status: 'fault', detail: expect.stringContaining('cannot be reached') });
    expect(JSON.stringify(gone)).not.toContain('hunter2');
  });

  it('a server goes on from a log that was moved there, and when the database is back after it was gone [PL-7, PL-9, OR-16]', async () => {
    using directory = temporaryDirectory();
    await using postgres = await temporaryPostgres();
    const place = (name: string) => join(directory.path, name);
    const file = place('log.jsonl');
    mkdirSync(place('log'));
    writeFileSync(join(place('log'), 'taskloom.db'), gunzipSync(readFileSync(golden)));
    await taskloom(['export', '--out', file], { env: { DATA_DIR: place('log') } });
    const env = { DATA_DIR: place('server'), DATABASE_URL: postgres.url, LLM_PROVIDER: 'delegated' };
    expect(await taskloom(['import', file], { env })).toMatchObject({ exitCode: 0 });

    await using server = await ServerProcess.start(env);
    const { body } = await request<{ tasks: { taskId: string; status: string }[] }>('GET', `${server.url}/tasks`);
    expect(body.tasks.map(({ taskId, status }) => [taskId, status])).toEqual([
      ['waiting-1', 'awaitingModel'],
      ['zweite Aufgabe/ü', 'failed'],
      [expect.any(String), 'completed'],
    ]);
    const claimed = await request('POST', `${server.url}/work-items/claim`, { by: 'ada', waitMs: 10_000 });
    expect(claimed.body).toMatchObject({ item: { taskId: 'waiting-1' } });
    expect(readdirSync(place('server'))).not.toContain('taskloom.db');

    const { pathname, href } = new URL(postgres.url);
    const elsewhere = new URL(href);
    elsewhere.pathname = '/postgres';
    const open = (is: boolean) => runSql(elsewhere.href, `ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS ${is}`);
    await open(false);
    await runSql(
      elsewhere.href,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${pathname.slice(1)}'`,
    );
    const health = () => request<{ parts: { store: { status: string } } }>('GET', `${server.url}/health`);
    await eventually(health, ({ status }) => status === 503);
    await open(true);
    await eventually(health, ({ status }) => status === 200);
    expect(await taskloom(['verify'], { env })).toMatchObject({ exitCode: 0 });
  });

  it('a server that cannot reach its database ends with the reason and the cure, and no password [PL-7]', async () => {
    using directory = temporaryDirectory();
    const env = { DATA_DIR: directory.path, PORT: '0', DATABASE_URL: 'postgres://ada:hunter2@127.0.0.1:1/taskloom' };
    const { exitCode, err } = await ownProcess(['serve'], { env });
    expect({ exitCode, err }).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(
        /^taskloom cannot start: .*postgres:\/\/ada@127\.0\.0\.1:1\/taskloom is unavailable: the server cannot be reached.*Start it, or set DATABASE_URL/,
      ),
    });
    expect(err).not.toContain('hunter2');
  });
});
