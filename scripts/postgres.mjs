// A throw-away PostgreSQL for tests and benchmarks: a cluster of its own in a temporary directory, on 127.0.0.1 and a free
// port, with fsync on. It ends with the process that started it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';
const START_TIMEOUT_MS = 30_000;

/** The directory of initdb and postgres: that of the PATH, or the newest of Debian's; null where there is none. */
export function findPostgres() {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...debian.map((version) => join(DEBIAN, version, 'bin')),
  ];
  return candidates.find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres'))) ?? null;
}

/** Rejects where PostgreSQL is not installed or does not start. `stop` resolves once it has ended and its files are gone. */
export async function startPostgres() {
  const bin = findPostgres();
  if (bin === null) throw new Error('PostgreSQL is not installed (apt install postgresql)');
  const user = unprivileged();
  const directory = mkdtempSync(join(tmpdir(), 'taskloom-postgres-'));
  chmodSync(directory, 0o755);
  if (user) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const options = { cwd: directory, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, ...user };
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'taskloom', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { ...options, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory, '-c', 'max_connections=200'],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(server, 'exit');
  // SIGINT is PostgreSQL's fast shutdown: sessions are ended, files are closed.
  const endWithUs = () => server.kill('SIGINT');
  process.once('exit', endWithUs);
  const stop = async () => {
    process.removeListener('exit', endWithUs);
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGINT');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await ready(server, ended);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://taskloom@127.0.0.1:${port}/postgres`, stop, pid: server.pid, data, bin };
}

/** PostgreSQL refuses to run as root: then as its own user, or as nobody. */
function unprivileged() {
  if (process.getuid?.() !== 0) return null;
  const id = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u') || 65_534, gid: id('-g') || 65_534 };
}

async function ready(server, ended) {
  let log = '';
  const isReady = new Promise((resolve) => {
    server.stderr.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-4000);
      if (log.includes('ready to accept connections')) resolve(true);
    });
  });
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  const late = once(timeout, 'abort').then(() => false);
  if (!(await Promise.race([isReady, ended.then(() => false), late])))
    throw new Error(`PostgreSQL did not start: ${log}`);
}

async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
