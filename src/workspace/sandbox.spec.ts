import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { describeTiers } from './sandbox-tiers.contract.ts';
import { InterpreterMissingError, SandboxUnavailableError, UnsafePathError } from './workspace.errors.ts';

describeTiers(['bwrap', 'landlock', 'process'], ({ name, make }) => {
  const temporary = temporaryDirectory();
  // The user that code runs as gets through, as it does in the system's temporary directory.
  chmodSync(temporary.path, 0o711);
  const sandbox = make({ directory: temporary.path });
  afterAll(async () => {
    await sandbox.close();
    expect(readdirSync(temporary.path)).toEqual([]);
    temporary[Symbol.dispose]();
  });

  it('runs a command on a private copy of the files and tells how it ended [WS-2]', async () => {
    const code = `const fs = require('node:fs');
      process.stdout.write(fs.readFileSync('src/data.txt', 'utf8') + fs.readFileSync(0, 'utf8'));
      process.stderr.write('said'); fs.writeSync(3, 'reported');
      fs.writeFileSync('src/data.txt', 'changed'); process.exitCode = 7;`;
    const files = [
      { path: 'src/data.txt', content: 'given, ' },
      { path: 'main.cjs', content: code },
    ];
    const run = await sandbox.run({ files, command: ['node', 'main.cjs'], input: 'typed' });
    expect(run).toMatchObject({ exitCode: 7, ended: null, stdout: 'given, typed', stderr: 'said', report: 'reported' });
    expect(run).toMatchObject({ isolation: name, outputBytesCut: 0, collected: {} });
    const again = await sandbox.run({ files, command: ['node', 'main.cjs'] });
    expect(again.stdout).toBe('given, ');
  });

  it('obeys no package.json of a folder around, nor needs to read it [WS-2]', async () => {
    const around = temporaryDirectory();
    chmodSync(around.path, 0o711);
    writeFileSync(join(around.path, 'package.json'), '{"type":"commonjs"}');
    const inside = make({ directory: around.path });
    try {
      const files = [{ path: 'main.js', content: "import { sep } from 'node:path'; console.log(sep);" }];
      const run = await inside.run({ files, command: ['node', 'main.js'] });
      expect(run).toMatchObject({ exitCode: 0, stdout: '/\n' });
    } finally {
      await inside.close();
      around[Symbol.dispose]();
    }
  });

  it('gives the command few variables and none of its own process [WS-2]', async () => {
    process.env.TASKLOOM_TEST_SECRET = 'secret';
    try {
      const { stdout } = await sandbox.run({ files: [], command: ['node', '-p', 'Object.keys(process.env).join()'] });
      const expected = 'PATH,HOME,TMPDIR,LANG,CI,NO_COLOR,PYTHONDONTWRITEBYTECODE,PYTHONSAFEPATH,PWD,TASKLOOM_RUN';
      for (const variable of stdout.trim().split(',')) expect(expected.split(',')).toContain(variable);
    } finally {
      delete process.env.TASKLOOM_TEST_SECRET;
    }
  });

  it('reads back plain files only: no link, pipe, directory, second name or giant [WS-2]', async () => {
    const code = `const fs = require('node:fs'); const { execFileSync } = require('node:child_process');
      fs.mkdirSync('out/sub', { recursive: true });
      fs.writeFileSync('out/plain.txt', 'grüß'); fs.writeFileSync('out/sub/deep.txt', ''); 
      fs.symlinkSync('/usr/bin/env', 'out/link'); fs.symlinkSync('/usr/bin', 'out/far'); fs.symlinkSync('plain.txt', 'out/near');
      fs.symlinkSync('out', 'other');
      execFileSync('mkfifo', ['out/pipe']);
      fs.writeFileSync('out/two', 'x'); fs.linkSync('out/two', 'out/names');
      fs.writeFileSync('out/giant', Buffer.alloc(4 * 2 ** 20 + 1));`;
    const given = 'plain.txt sub/deep.txt link far/env near pipe two names giant sub nothing';
    const collect = [...given.split(' ').map((path) => `out/${path}`), 'other/plain.txt'];
    const run = await sandbox.run({
      files: [{ path: 'main.cjs', content: code }],
      command: ['node', 'main.cjs'],
      collect,
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.collected).toEqual({ 'out/plain.txt': 'grüß', 'out/sub/deep.txt': '' });
  });

  it('refuses paths that leave the copy, and programs it does not know, before anything runs [WS-1]', async () => {
    const escape = { path: '../escape.txt', content: '' };
    const command = ['node', '-e', '0'] as const;
    await expect(sandbox.run({ files: [escape], command: [...command] })).rejects.toThrow(UnsafePathError);
    await expect(sandbox.run({ files: [], command: [...command], collect: ['/etc/passwd'] })).rejects.toThrow(
      UnsafePathError,
    );
    await expect(sandbox.run({ files: [], command: ['bash', '-c', 'true'] })).rejects.toThrow(InterpreterMissingError);
  });

  it('leaves nothing behind, whatever rights a program leaves its directories with [WS-2]', async () => {
    const code = `const fs = require('node:fs'); fs.mkdirSync('a/b', { recursive: true });
      fs.writeFileSync('a/b/c', ''); fs.chmodSync('a/b', 0); fs.chmodSync('a', 0);`;
    await sandbox.run({ files: [], command: ['node', '-e', code] });
    const [root = ''] = readdirSync(temporary.path);
    expect(readdirSync(`${temporary.path}/${root}`).filter((entry) => entry !== 'node')).toEqual([]);
  });

  it('does not hold up the event loop while several runs are on their way [WS-4]', async () => {
    let rounds = 0;
    const beat = setInterval(() => rounds++, 5);
    const slow = 'console.log("x".repeat(100_000)); setTimeout(() => {}, 1500);';
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => sandbox.run({ files: [], command: ['node', '-e', slow] })),
    );
    clearInterval(beat);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    // Counted, as a busy machine delays single rounds too: waiting for a run leaves one or two for each of them,
    // an idle loop goes round some 300 times in the 1500 ms.
    expect(rounds).toBeGreaterThan(60);
  });

  it('runs no more at once than it may, the others in the order they came [WS-4]', async () => {
    const narrow = make({ concurrency: 2, directory: temporary.path });
    const code = 'console.log("on"); setInterval(() => {}, 1000)';
    const started: number[] = [];
    let startsNext = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    const runs = Array.from({ length: 5 }, (_, index) => {
      const stop = new AbortController();
      const onOutput = () => {
        started.push(index);
        most = Math.max(most, ++running);
        startsNext.resolve();
      };
      const ended = narrow.run({ files: [], command: ['node', '-e', code], signal: stop.signal, onOutput });
      return { stop, ended: ended.finally(() => running--) };
    });
    for (const [index, { stop, ended }] of runs.entries()) {
      // Two run at a time as long as there are two: the next one starts when one of them has ended.
      while (started.length < Math.min(index + 2, runs.length)) {
        await startsNext.promise;
        startsNext = Promise.withResolvers();
      }
      stop.abort();
      await ended;
    }
    await narrow.close();
    expect(most).toBe(2);
    expect(new Set(started.slice(0, 2))).toEqual(new Set([0, 1]));
    expect(started.slice(2)).toEqual([2, 3, 4]);
  });

  it('ends what runs when it is closed, and takes nothing more [WS-2]', async () => {
    const closing = make({ directory: temporary.path });
    const started = Promise.withResolvers<unknown>();
    const code = 'console.log("up"); setInterval(() => {}, 1000)';
    const run = closing.run({ files: [], command: ['node', '-e', code], onOutput: started.resolve });
    await started.promise;
    await closing.close();
    expect((await run).ended).toBe('aborted');
    await expect(closing.run({ files: [], command: ['node', '-e', code] })).rejects.toThrow(SandboxUnavailableError);
  });
});
