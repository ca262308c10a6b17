import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const script = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));

/** Stands in for npm, which would take a minute and a network: installs what the lock asks for, builds what src holds. */
const standInForNpm = `
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
const what = process.argv[2] === 'ci' ? 'install' : 'build';
appendFileSync('calls.log', 'begin ' + what + '\\n');
if (existsSync('broken')) process.exit(3);
if (what === 'install') {
  rmSync('node_modules', { recursive: true, force: true });
  mkdirSync('node_modules');
  while (existsSync('hold')) await new Promise((resolve) => setTimeout(resolve, 10));
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  for (const [name, entry] of Object.entries(lock.packages)) if (name === '' || entry.os) delete lock.packages[name];
  writeFileSync('node_modules/.package-lock.json', JSON.stringify(lock));
} else {
  rmSync('dist', { recursive: true, force: true });
  cpSync('src', 'dist', { recursive: true });
}
appendFileSync('calls.log', 'end ' + what + '\\n');
`;

const lock = (version: string, more: object = {}) =>
  JSON.stringify({
    packages: {
      '': { name: 'sample', version: '1.0.0' },
      'node_modules/one': { version, integrity: `sha512-${version}` },
      'node_modules/for-elsewhere': { version: '1.0.0', optional: true, os: ['plan9'] },
      ...more,
    },
  });

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

class Checkout {
  constructor(readonly path: string) {
    for (const folder of ['scripts', 'src/deep']) mkdirSync(join(path, folder), { recursive: true });
    cpSync(script, join(path, 'scripts/setup.mjs'));
    this.write('npm-cli.js', standInForNpm);
    this.write('package.json', '{"type":"module"}');
    this.write('package-lock.json', lock('1.0.0'));
    for (const name of ['.swcrc', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json']) this.write(name, '{}');
    this.write('src/main.ts', 'main');
    this.write('src/deep/part.ts', 'part');
    this.write('src/main.spec.ts', 'test');
  }

  write(path: string, content: string): void {
    writeFileSync(join(this.path, path), content);
  }

  has(path: string): boolean {
    return existsSync(join(this.path, path));
  }

  /** Runs the set-up and answers its exit code and what it said. */
  setUp(...options: string[]): Promise<Ended> {
    return this.start(options).ended;
  }

  start(
    options: readonly string[],
    changes: NodeJS.ProcessEnv = {},
  ): { ended: Promise<Ended>; says: (words: string) => Promise<void> } {
    const environment = { ...process.env, npm_execpath: join(this.path, 'npm-cli.js'), ...changes };
    const child = spawn(process.execPath, ['scripts/setup.mjs', ...options], { cwd: this.path, env: environment });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, said })));
    const says = async (words: string) => {
      while (!said.includes(words)) await once(child.stderr, 'data');
    };
    return { ended, says };
  }

  /** What was done since the last time this was asked. */
  done(): readonly string[] {
    if (!this.has('calls.log')) return [];
    const calls = readFileSync(join(this.path, 'calls.log'), 'utf8').trim().split('\n');
    rmSync(join(this.path, 'calls.log'));
    return calls.filter((call) => call.startsWith('begin')).map((call) => call.slice('begin '.length));
  }
}

describe('the set-up', () => {
  it('installs and builds in a fresh checkout, and does nothing the second time [PL-2]', async () => {
    using directory = temporaryDirectory();
    const checkout = new Checkout(directory.path);
    expect((await checkout.setUp('--build')).code).toBe(0);
    expect(checkout.done()).toEqual(['install', 'build']);
    expect(await checkout.setUp('--build')).toEqual({ code: 0, said: '' });
    expect(checkout.done()).toEqual([]);
    expect(checkout.has('.setup.lock')).toBe(false);
  });

  it('does again what a change asks for, also where the changed file is older than the last set-up [PL-2]', async () => {
    using directory = temporaryDirectory();
    const checkout = new Checkout(directory.path);
    await checkout.setUp('--build');
    checkout.done();

    const changes: readonly (readonly [() => void, readonly string[]])[] = [
      [() => checkout.write('src/deep/part.ts', 'changed'), ['build']],
      [() => rmSync(join(checkout.path, 'src/deep/part.ts')), ['build']],
      [() => checkout.write('.swcrc', '{"minify":true}'), ['build']],
      [() => rmSync(join(checkout.path, 'dist'), { recursive: true }), ['build']],
      [() => checkout.write('src/main.spec.ts', 'only a test'), []],
      [() => checkout.write('package-lock.json', lock('1.0.1')), ['install', 'build']],
      [
        () => checkout.write('package-lock.json', lock('1.0.1', { 'node_modules/two': { version: '1.0.0' } })),
        ['install', 'build'],
      ],
      [() => rmSync(join(checkout.path, 'node_modules/.package-lock.json')), ['install']],
      [() => checkout.write('node_modules/.package-lock.json', '{"cut off'), ['install']],
    ];
    for (const [change, expected] of changes) {
      change();
      for (const file of ['src/main.ts', 'package-lock.json', '.swcrc']) utimesSync(join(checkout.path, file), 1, 1);
      await checkout.setUp('--build');
      expect({ change: String(change), done: checkout.done() }).toEqual({ change: String(change), done: expected });
    }
    expect(checkout.has('dist/deep/part.ts')).toBe(false);
  });

  it('installs the tools of the MCP tests only for tests, and goes on without them [PL-2]', async () => {
    using directory = temporaryDirectory();
    const checkout = new Checkout(directory.path);
    mkdirSync(join(checkout.path, 'test/mcp/tools'), { recursive: true });
    checkout.write('test/mcp/tools/package-lock.json', lock('1.0.0'));
    checkout.write('test/mcp/tools/broken', '');
    await checkout.setUp('--build');
    expect(checkout.has('test/mcp/tools/node_modules')).toBe(false);

    const without = await checkout.setUp('--build', '--test-tools');
    expect(without).toEqual({ code: 0, said: expect.stringContaining('tests that need them are skipped') });
    rmSync(join(checkout.path, 'test/mcp/tools/broken'));
    expect((await checkout.setUp('--build', '--test-tools')).code).toBe(0);
    expect(checkout.has('test/mcp/tools/node_modules/.package-lock.json')).toBe(true);
    expect((await checkout.setUp('--build', '--test-tools')).said).not.toContain('conformance');
  });

  it('installs what the benchmarks measure against only for them, again when it changes, and goes on without it', async () => {
    using directory = temporaryDirectory();
    const checkout = new Checkout(directory.path);
    mkdirSync(join(checkout.path, 'bench'));
    checkout.write('bench/package-lock.json', lock('1.0.0'));
    await checkout.setUp('--build');
    expect(checkout.has('bench/node_modules')).toBe(false);

    expect((await checkout.setUp('--build', '--bench')).code).toBe(0);
    expect(checkout.has('bench/node_modules/.package-lock.json')).toBe(true);
    expect(await checkout.setUp('--build', '--bench')).toEqual({ code: 0, said: '' });

    checkout.write('bench/package-lock.json', lock('1.0.1'));
    checkout.write('bench/broken', '');
    expect(await checkout.setUp('--bench')).toEqual({ code: 0, said: expect.stringContaining('are skipped') });
    rmSync(join(checkout.path, 'bench/broken'));
    expect((await checkout.setUp('--bench')).said).toContain('installing what the benchmarks measure against');
    expect(await checkout.setUp('--bench')).toEqual({ code: 0, said: '' });
    expect(checkout.done()).toEqual(['install', 'build']);
  });

  it('works one at a time: of two at once one does it all and the other waits [PL-2]', async () => {
    using directory = temporaryDirectory();
    const checkout = new Checkout(directory.path);
    checkout.write('hold', '');
    const first = checkout.start(['--build']);
    await first.says('installing');
    const second = checkout.start(['--build']);
    await second.says('waiting for another set-up');
    rmSync(join(checkout.path, 'hold'));
    expect([await first.ended, await second.ended].map(({ code }) => code)).toEqual([0, 0]);
    expect(checkout.done()).toEqual(['install', 'build']);
  });

  it('is not stopped by the lock of a set-up that was killed', async () => {
    using directory = temporaryDirectory();
    const checkout = new Checkout(directory.path);
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.on('close', resolve));
    checkout.write('.setup.lock', String(gone.pid));
    expect((await checkout.setUp()).code).toBe(0);
    expect(checkout.done()).toEqual(['install']);
  });

  it('ends with npm’s exit code, gives the lock back, and tries again next time', async () => {
    using directory = temporaryDirectory();
    const checkout = new Checkout(directory.path);
    checkout.write('broken', '');
    expect(await checkout.setUp('--build')).toMatchObject({ code: 3, said: expect.stringContaining('npm ci') });
    expect(checkout.has('.setup.lock')).toBe(false);
    rmSync(join(checkout.path, 'broken'));
    checkout.done();
    expect((await checkout.setUp('--build')).code).toBe(0);
    expect(checkout.done()).toEqual(['install', 'build']);
  });

  const isRoot = process.getuid?.() === 0;
  (process.platform === 'linux' ? it : it.skip)(
    'installs missing Debian packages for tests as root, else names them, and goes on where it cannot [PL-2]',
    async () => {
      using directory = temporaryDirectory();
      const checkout = new Checkout(directory.path);
      await checkout.setUp();
      mkdirSync(join(checkout.path, 'bin'));
      const install = async (aptGet: string) => {
        const tool = join(checkout.path, 'bin/apt-get');
        writeFileSync(tool, `#!/bin/sh\necho "$@" >> apt.log\n${aptGet}\n`, { mode: 0o755 });
        return checkout.start(['--test-tools'], { PATH: join(checkout.path, 'bin') }).ended;
      };
      if (isRoot) {
        expect(await install('exit 0')).toMatchObject({
          code: 0,
          said: expect.stringContaining('installing bubblewrap, openssl, python3, redis-server, tmux, postgresql'),
        });
        const asked = readFileSync(join(checkout.path, 'apt.log'), 'utf8');
        expect(asked).toBe(
          'update -qq\ninstall -y -qq --no-install-recommends bubblewrap openssl python3 redis-server tmux postgresql\n',
        );
        expect(await install('exit 1')).toMatchObject({
          code: 0,
          said: expect.stringContaining('could not be installed'),
        });
      } else {
        expect(await install('exit 0')).toMatchObject({
          code: 0,
          said: expect.stringContaining('not installed: bubblewrap, openssl, python3, redis-server, tmux, postgresql'),
        });
        expect(checkout.has('apt.log')).toBe(false);
      }
      for (const name of ['bwrap', 'openssl', 'python3', 'redis-server', 'tmux', 'pg_ctlcluster'])
        checkout.write(`bin/${name}`, '');
      expect(await install('exit 0')).toEqual({ code: 0, said: '' });
    },
  );
});
