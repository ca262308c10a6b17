// A throw-away Redis for tests and benches, reached without a password on 127.0.0.1. It keeps nothing, and ends when it
// is stopped or when whoever started it ends, whatever that died of.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.mjs';

const STARTING_MS = 30_000;
/** Another program may take the free port that was found before the server has it. */
const ATTEMPTS = 3;

/** The path of `redis-server` or of its successor `valkey-server`, or null. */
export function findRedis() {
  const places = (process.env.PATH ?? '').split(delimiter);
  const files = places.flatMap((place) => ['redis-server', 'valkey-server'].map((name) => join(place, name)));
  return files.find((file) => existsSync(file)) ?? null;
}

/** Starts a server and answers its `url` once it takes connections, its `port`, and `stop()`; on a given port, if one is. */
export async function startRedis({ port: given } = {}) {
  const file = findRedis();
  if (!file) throw new Error('Redis is not installed: `redis-server` is not on the PATH.');
  for (let attempt = 1; ; attempt++) {
    const server = await start(file, given ?? (await freePort()));
    if (typeof server !== 'string') return server;
    if (attempt === ATTEMPTS) throw new Error(`Redis did not start: ${server}`);
  }
}

/** A running server, or what it said when it did not start. */
async function start(file, port) {
  // The shell waits for its input to end, which it does with whoever holds the other end; then the server goes.
  const script = '"$@" & trap "" INT TERM HUP; cat >/dev/null; kill -KILL $!; wait';
  const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const shell = spawn('sh', ['-c', script, 'sh', file, ...settings.map(String)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = new Promise((resolve) => shell.once('close', resolve));
  const stop = async () => {
    shell.ref();
    shell.stdin.end();
    await ended;
  };
  let said = '';
  const ready = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), STARTING_MS);
    const tell = (isReady) => {
      clearTimeout(timer);
      resolve(isReady);
    };
    shell.stdout.on('data', (chunk) => {
      said += chunk;
      if (/Ready to accept connections/.test(said)) tell(true);
      else if (/Failed listening|Fatal|# Can't/i.test(said)) tell(false);
    });
    shell.once('close', () => tell(false));
  });
  if (!ready) {
    await stop();
    return said || `nothing happened for ${STARTING_MS} ms`;
  }
  shell.stdout.removeAllListeners('data');
  shell.stdout.resume();
  for (const each of [shell, shell.stdin, shell.stdout]) each.unref();
  return { url: `redis://127.0.0.1:${port}`, port, stop };
}
