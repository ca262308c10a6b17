import { randomUUID } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../kernel/errors.ts';
import type { Sandbox } from './sandbox.ts';

const WALL_MS = 10_000;

/** Tries to get out, and reports what worked. Every attempt must fail, and the report itself must arrive. */
const canary = `
const { readFileSync, writeFileSync, writeSync } = require('node:fs');
const [secret, planted, port, server] = process.argv.slice(2);
const escapes = [];
const attempt = (name, act) => { try { act(); escapes.push(name); } catch {} };
attempt('read a file outside', () => readFileSync(secret));
attempt('wrote a file outside', () => writeFileSync(planted, 'canary'));
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
 * held and an ordinary program ran, else what is wrong with the sandbox. The secret that it tries to read is put into
 * `directoryOfSecrets`: where the server keeps its data.
 */
export async function selfTest(sandbox: Sandbox, directoryOfSecrets: string): Promise<string | null> {
  await mkdir(directoryOfSecrets, { recursive: true });
  const directory = await mkdtemp(join(directoryOfSecrets, '.canary-'));
  const server = createServer((socket) => socket.destroy());
  try {
    // Open to every user: it must be the sandbox that holds, not the rights of a file.
    await chmod(directory, 0o777);
    const [secret, planted] = [join(directory, 'secret'), join(directory, 'planted')];
    await writeFile(secret, randomUUID(), { mode: 0o644 });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const given = randomUUID();
    const run = await sandbox.run({
      files: [
        { path: 'canary.cjs', content: canary },
        { path: 'given.txt', content: given },
      ],
      command: ['node', 'canary.cjs', secret, planted, String(port), String(process.pid)],
      limits: { wallMs: WALL_MS },
    });
    if (run.ended !== null || run.exitCode !== 0) {
      const printed = (run.stderr || run.stdout).trim().slice(0, 500);
      return `an ordinary program does not run in it (${run.ended ?? `exit code ${run.exitCode}`}): ${printed}`;
    }
    return judge(run.report, given, await exists(planted));
  } catch (error) {
    return messageOf(error);
  } finally {
    server.close();
    await rm(directory, { recursive: true, force: true });
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
