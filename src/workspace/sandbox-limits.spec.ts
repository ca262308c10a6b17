import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { afterAll, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { processesWith, until } from '../../test/support/marked-processes.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { SandboxCommand } from './sandbox.ts';
import { describeTiers } from './sandbox-tiers.contract.ts';

const MiB = 2 ** 20;
const host = fileURLToPath(new URL('../../test/support/sandbox-host.ts', import.meta.url));

function script(code: string, ...parameters: string[]): Pick<SandboxCommand, 'files' | 'command'> {
  return { files: [{ path: 'program.cjs', content: code }], command: ['node', 'program.cjs', ...parameters] };
}

/** Starts itself again as a process that ignores SIGTERM, in a session of its own, and stays. */
const daemon = `
  const { spawn } = require('node:child_process');
  if (process.argv[3] === 'child') { process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); }
  else {
    const child = spawn(process.execPath, [__filename, process.argv[2], 'child'], { detached: true, stdio: 'inherit' });
    child.unref();
    child.on('spawn', () => { console.log('started'); process.argv[3] === 'stay' ? setInterval(() => {}, 1000) : process.exit(); });
  }`;

describeTiers(['bwrap', 'landlock', 'process'], ({ name, make }) => {
  const sandbox = make();
  afterAll(() => sandbox.close());

  it('ends an endless loop at the limit of time [WS-2]', async () => {
    const run = await sandbox.run({ ...script('for (;;);'), limits: { wallMs: 1000 } });
    expect(run).toMatchObject({ ended: 'timeout', exitCode: null });
    expect(run.durationMs).toBeGreaterThanOrEqual(990);
  });

  it('ends a program that ignores SIGTERM, and tells one that ends by itself in time [WS-2]', async () => {
    const stubborn = `process.on('SIGTERM', () => console.log('asked')); setInterval(() => {}, 1000);`;
    const run = await sandbox.run({ ...script(stubborn), limits: { wallMs: 2500 } });
    expect(run).toMatchObject({ ended: 'timeout', stdout: 'asked\n' });
    const polite = `process.on('SIGTERM', () => { console.log('bye'); process.exit(); }); setInterval(() => {}, 1000);`;
    expect(await sandbox.run({ ...script(polite), limits: { wallMs: 2500 } })).toMatchObject({
      ended: 'timeout',
      stdout: 'bye\n',
    });
  });

  it('ends a tree that uses too much processor time, all its processes together [WS-2]', async () => {
    const busy = `const { spawn } = require('node:child_process');
      if (process.argv[2] !== 'child') for (let i = 0; i < 3; i++) spawn(process.execPath, [__filename, 'child']);
      for (;;);`;
    expect((await sandbox.run({ ...script(busy), limits: { cpuSeconds: 1, wallMs: 15_000 } })).ended).toBe('cpu');
  });

  it('ends a tree that takes too much memory, all its processes together [WS-2]', async () => {
    const greedy = `const { spawn } = require('node:child_process');
      if (process.argv[2] !== 'child') for (let i = 0; i < 3; i++) spawn(process.execPath, [__filename, 'child'], { stdio: 'inherit' });
      const kept = [];
      setInterval(() => kept.length < 50 && kept.push(Buffer.alloc(5 * 2 ** 20, 1)), 20);`;
    const run = await sandbox.run({ ...script(greedy), limits: { memoryBytes: 400 * MiB, wallMs: 15_000 } });
    expect(run.ended).toBe('memory');
  });

  it('ends the run at once when its caller gives up, also one that waits for its turn [WS-2]', async () => {
    const giveUp = new AbortController();
    const running = sandbox.run({
      ...script(`console.log('up'); setInterval(() => {}, 1000)`),
      signal: giveUp.signal,
      onOutput: () => giveUp.abort(),
    });
    expect((await running).ended).toBe('aborted');
    const narrow = make({ concurrency: 1 });
    const free = new AbortController();
    const first = narrow.run({ ...script('setInterval(() => {}, 1000)'), signal: free.signal });
    const second = narrow.run({ ...script(''), signal: AbortSignal.abort(new Error('no longer wanted')) });
    await expect(second).rejects.toThrow('no longer wanted');
    free.abort();
    await first.catch(() => undefined);
    await narrow.close();
  });

  it('leaves nothing alive of what a program started in a session of its own [WS-2]', async () => {
    const mark = randomUUID();
    const run = await sandbox.run(script(daemon, mark));
    expect(run).toMatchObject({ exitCode: 0, ended: null, stdout: 'started\n' });
    await until('the daemon is gone', async () => (await processesWith(mark)).length === 0);
    const overdue = await sandbox.run({ ...script(daemon, mark, 'stay'), limits: { wallMs: 2000 } });
    expect(overdue.ended).toBe('timeout');
    await until('the daemon is gone', async () => (await processesWith(mark)).length === 0);
  });

  it('keeps output up to its limit, in whole characters, and counts the rest [WS-4]', async () => {
    const flood = `process.stdout.write('ä'.repeat(500_000)); process.stderr.write('ö'.repeat(10));`;
    const seen: string[] = [];
    const run = await sandbox.run({
      ...script(flood),
      limits: { outputBytes: 100_001 },
      onOutput: (text) => seen.push(text),
    });
    expect(Buffer.byteLength(run.stdout + run.stderr) + run.outputBytesCut).toBeLessThanOrEqual(1_000_020);
    expect(run.outputBytesCut).toBe(1_000_020 - 100_001);
    expect(run.stdout + run.stderr).toMatch(/^ä+ö*$/);
    expect(seen.join('')).toHaveLength((run.stdout + run.stderr).length);
    expect(run.exitCode).toBe(0);
  });

  it('refuses files beyond the limit of size [WS-2]', async () => {
    const big = `try { require('node:fs').writeFileSync('big', Buffer.alloc(2 ** 20 * 3)); console.log('written'); }
      catch (error) { console.log(error.code); }`;
    const run = await sandbox.run({ ...script(big), limits: { fileBytes: MiB } });
    expect(run.stdout).toBe(name === 'process' ? 'written\n' : 'EFBIG\n');
  });

  if (name === 'process') return;

  it('bounds the number of processes [WS-2]', async () => {
    const bomb = `const { spawn } = require('node:child_process');
      let started = 0;
      const next = () => {
        const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
        child.on('error', (error) => { console.log(error.code, started); process.exit(); });
        child.on('spawn', () => { started += 1; if (started > 500) process.exit(1); next(); });
      };
      next();`;
    const run = await sandbox.run({ ...script(bomb), limits: { processes: 64 } });
    expect(run.stdout).toMatch(/^EAGAIN \d+\n$/);
    // Without a user of its own for each run, Landlock counts what else its user runs.
    const shared = name === 'landlock' && process.getuid?.() !== 0 ? 64 : 0;
    expect(Number(run.stdout.split(' ')[1])).toBeLessThan(64 + shared);
  });

  it('bounds the disk that a run fills with many files [WS-2]', async () => {
    const fill = `const { writeFileSync } = require('node:fs');
      const block = Buffer.alloc(2 ** 20, 1);
      let count = 0;
      const more = () => {
        try { for (let i = 0; i < 4; i++) writeFileSync('block' + count++, block); }
        catch (error) { console.log(error.code, count); process.exit(3); }
        if (count < 1000) setTimeout(more, 10); else console.log('all');
      };
      more();`;
    const run = await sandbox.run({ ...script(fill), limits: { diskBytes: 32 * MiB, wallMs: 15_000 } });
    if (name === 'bwrap') expect(run.stdout).toMatch(/^ENOSPC 3\d\n$/);
    else expect(run.ended).toBe('disk');
  });

  it('ends the whole tree when the server is killed [WS-2]', async () => {
    using directory = temporaryDirectory();
    chmodSync(directory.path, 0o711);
    const mark = randomUUID();
    const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
    const server = spawn(process.execPath, [...flags, host, name, mark, directory.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => server.stdout.once('data', resolve));
    await until('all three run', async () => (await inside(mark)).length >= 3);
    server.kill('SIGKILL');
    await until('none of them runs', async () => (await processesWith(mark)).length === 0);
  });
});

/** Without the server and what wraps the program, whose command lines hold the mark too. */
async function inside(mark: string): Promise<readonly number[]> {
  return processesWith(`endless.cjs\0${mark}`);
}
