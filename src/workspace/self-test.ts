import { randomUUID } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../kernel/errors.ts';
import type { Sandbox } from './sandbox.ts';

const WALL_MS = 10_000;

/** Tries to get out, and reports what worked. Every attempt must fail, and the report itself must arrive. */
const canary = `
const { readFileSync, writeFileSync, writeSync } = require('node:fs');
const [port, server, ...places] = process.argv.slice(2);
const escapes = [];
const attempt = (name, act) => { try { act(); if (!escapes.includes(name)) escapes.push(name); } catch {} };
for (const place of places) attempt('read a file outside', () => readFileSync(place + '/secret'));
for (const place of places) attempt('wrote a file outside', () => writeFileSync(place + '/planted', 'canary'));
attempt('read the environment of the server', () => readFileSync('/proc/' + server + '/environ'));
attempt('reached the process of the server', () => process.kill(Number(server), 0));
if ('TASKLOOM_CANARY' in process.env) escapes.push('inherited the environment');
writeFileSync('inside.txt', readFileSync('given.txt'));
const done = () => writeSync(3, JSON.stringify({ escapes, copied: readFileSync('inside.txt', 'utf8') }));
try {
  require('node:net').connect(Number(port), '127.0.0.1')
    .on('connect', () => { escapes.push('connected to a local port'); done(); process.exit(); })
    .on('error', done);
} catch { done(); }
`;

/**
 * Runs a canary that tries to read, write, connect and signal outside of a sandbox. Answers null when all of it was
 * held and an ordinary program ran, else what is wrong with the sandbox. The secrets that it tries to read are put into
 * `directoryOfSecrets`, where the server keeps its data, and into the directory of temporary files: the one may be closed
 * to the user that code runs as, and it must be the sandbox that holds, not the rights of a directory.
 */
export async function selfTest(sandbox: Sandbox, directoryOfSecrets: string): Promise<string | null> {
  await mkdir(directoryOfSecrets, { recursive: true, mode: 0o700 });
  const places = [
    await mkdtemp(join(directoryOfSecrets, '.canary-')),
    await mkdtemp(join(tmpdir(), 'taskloom-canary-')),
  ];
  const server = createServer((socket) => socket.destroy());
  try {
    for (const place of places) {
      await chmod(place, 0o777);
      await writeFile(join(place, 'secret'), randomUUID(), { mode: 0o644 });
    }
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const given = randomUUID();
    const run = await sandbox.run({
      files: [
        { path: 'canary.cjs', content: canary },
        { path: 'given.txt', content: given },
      ],
      command: ['node', 'canary.cjs', String(port), String(process.pid), ...places],
      limits: { wallMs: WALL_MS },
    });
    if (run.ended !== null || run.exitCode !== 0) {
      const printed = (run.stderr || run.stdout).trim().slice(0, 500);
      return `an ordinary program does not run in it (${run.ended ?? `exit code ${run.exitCode}`}): ${printed}`;
    }
    const planted = await Promise.all(places.map((place) => exists(join(place, 'planted'))));
    return judge(run.report, given, planted.includes(true));
  } catch (error) {
    return messageOf(error);
  } finally {
    server.close();
    for (const place of places) await rm(place, { recursive: true, force: true });
  }
}

function judge(report: string, given: string, isPlanted: boolean): string | null {
  const { escapes, copied } = JSON.parse(report) as { escapes: string[]; copied: string };
  const found = isPlanted && escapes.length === 0 ? ['wrote a file outside'] : escapes;
  if (found.length > 0) return `code in it ${found.join(', ')}`;
  return copied === given ? null : 'code in it does not see the files it was given';
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
