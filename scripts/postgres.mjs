// A throw-away PostgreSQL for tests and benches: a cluster of its own in a temporary directory, synced to disk like a
// real one, reached without a password on 127.0.0.1 and through a socket in that directory. It ends, and its directory
// goes, when it is stopped or when whoever started it ends, whatever that died of.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.mjs';

const PACKAGED = '/usr/lib/postgresql';
const POLL_MS = 20;
const STARTING_MS = 60_000;
/** Another program may take the free port that was found before the server has it. */
const ATTEMPTS = 3;

/** The directory that holds `initdb` and `postgres`: one on the PATH, or the newest that Debian has installed; else null. */
export function findPostgres() {
  const packaged = existsSync(PACKAGED) ? readdirSync(PACKAGED).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [...(process.env.PATH ?? '').split(delimiter), ...packaged.map((name) => join(PACKAGED, name, 'bin'))];
  return places.find((place) => ['initdb', 'postgres'].every((name) => existsSync(join(place, name)))) ?? null;
}

/**
 * Starts a cluster and answers its `url` (of the database `postgres`) once it takes connections, its `directory`, and
 * `stop()`. `settings` are PostgreSQL's own, by name.
 */
export async function startPostgres({ settings = {} } = {}) {
  const bin = findPostgres();
  if (!bin)
    throw new Error(
      'PostgreSQL is not installed: `initdb` and `postgres` are neither on the PATH nor below ' + PACKAGED + '.',
    );
  const user = ownUser();
  for (let attempt = 1; ; attempt++) {
    const server = await start(bin, newCluster(bin, user), user, settings);
    if (typeof server !== 'string') return server;
    if (attempt === ATTEMPTS) throw new Error(`PostgreSQL did not start: ${server}`);
  }
}

function newCluster(bin, user) {
  const directory = mkdtempSync(join(tmpdir(), 'taskloom-postgres-'));
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid);
  const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    execFileSync(join(bin, 'initdb'), ['--pgdata=data', ...options], { cwd: directory, stdio: 'pipe', ...user });
    return directory;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package has made, or as nobody. */
function ownUser() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, name], { stdio: 'pipe' })));
      return { uid, gid };
    } catch {
      // No such user.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`.');
}

/** A running server, or what it said when it did not start. */
async function start(bin, directory, user, settings) {
  const port = await freePort();
  const all = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: directory,
    max_connections: 200,
    ...settings,
  };
  const parameters = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // The shell waits for its input to end, which it does with whoever holds the other end; then everything goes.
  const script = '"$@" 2>log & trap "" INT TERM HUP; cat >ended; kill -QUIT $!; wait; cd / && rm -rf "$PLACE"';
  const command = [join(bin, 'postgres'), '-D', join(directory, 'data'), ...parameters];
  const shell = spawn('sh', ['-c', script, 'sh', ...command], {
    cwd: directory,
    env: { PATH: process.env.PATH, PLACE: directory },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    ...user,
  });
  const ended = new Promise((resolve) => shell.once('close', resolve));
  shell.unref();
  shell.stdin.unref();
  const stop = async () => {
    shell.ref();
    shell.stdin.end();
    await ended;
  };
  const log = () => (existsSync(join(directory, 'log')) ? readFileSync(join(directory, 'log'), 'utf8') : '');
  for (const deadline = Date.now() + STARTING_MS; Date.now() < deadline; await delay(POLL_MS)) {
    if (isReady(directory)) return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, directory, stop };
    if (/FATAL:|is shut down/.test(log())) break;
  }
  const said = log() || `nothing happened for ${STARTING_MS} ms`;
  await stop();
  return said;
}

/** The server says in the last line of this file how far it is. */
function isReady(directory) {
  const file = join(directory, 'data', 'postmaster.pid');
  return existsSync(file) && /^ready/.test(readFileSync(file, 'utf8').split('\n')[7] ?? '');
}
