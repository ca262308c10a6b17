import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { LocalSandbox } from './sandbox.local.ts';
import { describeTiers } from './sandbox-tiers.contract.ts';

const SECRET = 'the secret of the server';

/** What code in a sandbox might want to reach. All of it is open to every user of the machine. */
interface World {
  readonly directory: string;
  readonly tcpPort: number;
}

interface Escape {
  readonly name: string;
  /** JavaScript that returns what it got hold of, and throws where it is held. */
  readonly code: (world: World) => string;
  /** Whether it works where nothing isolates, which shows that the attempt is sound; null: that is up to the machine. */
  readonly worksUnconfined: boolean | null;
}

const q = JSON.stringify;
const connecting = (target: string) => `
  const { connect } = require('node:net');
  return await new Promise((resolve, reject) => connect(${target}).on('connect', () => resolve('connected')).on('error', reject));`;
/** A system call by way of Python, which has a foreign function interface. */
const systemCall = (code: string) => `
  const { spawnSync } = require('node:child_process');
  const lines = ['import ctypes, os, sys', 'libc = ctypes.CDLL(None, use_errno=True)', ${q(code)},
    'sys.exit(0 if result >= 0 else 1)'];
  const { status, stderr, error } = spawnSync('/usr/bin/python3', ['-I', '-c', lines.join('\\n')]);
  if (status !== 0) throw error ?? new Error('status ' + status + ' ' + stderr);
  return 'done';`;

const escapes: readonly Escape[] = [
  {
    name: 'reading a file outside',
    code: ({ directory }) => `return fs.readFileSync(${q(join(directory, 'secret'))}, 'utf8');`,
    worksUnconfined: true,
  },
  {
    name: 'reading a file outside through a link it made',
    code: ({ directory }) =>
      `fs.symlinkSync(${q(join(directory, 'secret'))}, 'link'); return fs.readFileSync('link', 'utf8');`,
    worksUnconfined: true,
  },
  {
    name: 'reading a file outside through /proc/self/root',
    code: ({ directory }) => `return fs.readFileSync('/proc/self/root' + ${q(join(directory, 'secret'))}, 'utf8');`,
    worksUnconfined: true,
  },
  {
    name: 'listing the directory of the data',
    code: ({ directory }) => `return fs.readdirSync(${q(directory)});`,
    worksUnconfined: true,
  },
  {
    name: 'reading the accounts of the machine',
    code: () => `return fs.readFileSync('/etc/passwd', 'utf8');`,
    worksUnconfined: true,
  },
  {
    name: 'reading the passwords of the machine',
    code: () => `return fs.readFileSync('/etc/shadow', 'utf8');`,
    worksUnconfined: false,
  },
  {
    name: 'writing a file outside',
    code: ({ directory }) => `fs.writeFileSync(${q(join(directory, 'planted'))}, 'x'); return 'written';`,
    worksUnconfined: true,
  },
  {
    name: 'removing a file outside',
    code: ({ directory }) => `fs.unlinkSync(${q(join(directory, 'victim'))}); return 'removed';`,
    worksUnconfined: true,
  },
  {
    name: 'changing the tools of the run',
    code: () => `fs.writeFileSync(path.join(process.argv[2], 'tool.txt'), 'x'); return 'written';`,
    worksUnconfined: process.getuid?.() !== 0,
  },
  {
    name: 'reading the environment of the server',
    code: () => `
      if (process.env.TASKLOOM_TEST_SECRET) return 'inherited';
      for (const pid of [${q(String(process.pid))}, String(process.ppid)]) {
try { if (fs.readFileSync('/proc/' + pid + '/environ').length > 0) return pid; } catch {}
      }
      throw new Error('held');`,
    worksUnconfined: process.getuid?.() !== 0,
  },
  {
    name: 'seeing the process of the server',
    code: () => `return fs.readFileSync('/proc/${process.pid}/cmdline', 'utf8');`,
    worksUnconfined: true,
  },
  {
    name: 'signalling the process of the server',
    code: () => `process.kill(${process.pid}, 0); return 'reached';`,
    worksUnconfined: process.getuid?.() !== 0,
  },
  {
    name: 'connecting to a port of the machine',
    code: ({ tcpPort }) => connecting(`${tcpPort}, '127.0.0.1'`),
    worksUnconfined: true,
  },
  {
    name: 'connecting to a socket in the file system',
    code: ({ directory }) => connecting(q(join(directory, 'socket'))),
    worksUnconfined: true,
  },
  {
    name: 'connecting to an abstract socket',
    code: () => connecting(q(`\0taskloom-test-${process.pid}`)),
    worksUnconfined: true,
  },
  {
    name: 'opening a socket to the host of a virtual machine',
    code: () => systemCall('import socket; result = socket.socket(40, socket.SOCK_STREAM).fileno()'),
    worksUnconfined: null,
  },
  {
    name: 'making a user namespace of its own',
    code: () => systemCall('result = libc.unshare(0x10000000)'),
    worksUnconfined: null,
  },
  {
    name: 'keeping files in memory that nobody counts',
    code: () => systemCall('result = os.memfd_create("hidden")'),
    worksUnconfined: null,
  },
  {
    name: 'waiting for the kernel to do what a filter forbids (io_uring)',
    code: () => systemCall('result = libc.syscall(425, 8, ctypes.create_string_buffer(120))'),
    worksUnconfined: null,
  },
  {
    name: 'watching another process (ptrace)',
    code: () => systemCall('result = libc.ptrace(0, 0, 0, 0)'),
    worksUnconfined: null,
  },
  {
    name: 'looking at a disk',
    code: () => `
      const disks = ['vda', 'sda', 'nvme0n1', 'mem', 'kmsg'].map((name) => '/dev/' + name);
      for (const disk of disks) try { fs.closeSync(fs.openSync(disk)); return disk; } catch {}
      throw new Error('held');`,
    worksUnconfined: false,
  },
  {
    name: 'reading a file outside through a hard link it made',
    code: ({ directory }) =>
      `fs.linkSync(${q(join(directory, 'secret'))}, 'hard'); return fs.readFileSync('hard', 'utf8');`,
    worksUnconfined: null,
  },
  {
    name: 'reading a file outside by climbing up',
    code: ({ directory }) => `return fs.readFileSync('../'.repeat(40) + ${q(join(directory, 'secret'))}, 'utf8');`,
    worksUnconfined: true,
  },
  {
    name: 'reading a file outside from a directory it entered',
    code: ({ directory }) => `process.chdir(${q(directory)}); return fs.readFileSync('secret', 'utf8');`,
    worksUnconfined: true,
  },
  {
    name: 'reading the memory of the server',
    code: () => `fs.closeSync(fs.openSync('/proc/${process.pid}/mem')); return 'opened';`,
    worksUnconfined: null,
  },
  {
    name: 'taking the open files of the server',
    code: () => `return fs.readdirSync('/proc/${process.pid}/fd');`,
    worksUnconfined: null,
  },
  {
    name: 'mounting a file system',
    code: () => systemCall('result = libc.mount(b"none", b"/tmp", b"tmpfs", 0, 0)'),
    worksUnconfined: null,
  },
  {
    name: 'changing its root',
    code: () => systemCall('result = libc.chroot(b"/")'),
    worksUnconfined: null,
  },
  {
    name: 'becoming root',
    code: () => systemCall('result = libc.setuid(0)'),
    worksUnconfined: null,
  },
  {
    name: 'changing a setting of the kernel',
    code: () => `fs.writeFileSync('/proc/sys/kernel/core_pattern', 'x'); return 'written';`,
    worksUnconfined: null,
  },
];

async function attempt(sandbox: LocalSandbox, code: string): Promise<string> {
  const program = `const fs = require('node:fs'), path = require('node:path');
    const escape = async () => { ${code} };
    escape().then((got) => 'escaped: ' + got, (error) => 'held: ' + error.message)
      .then((text) => { fs.writeSync(3, text); process.exit(); });`;
  const { report, stderr } = await sandbox.run({
    files: [{ path: 'escape.cjs', content: program }],
    tools: [{ path: 'tool.txt', content: 'tool' }],
    command: ['node', 'escape.cjs', '{tools}'],
    limits: { wallMs: 10_000 },
  });
  return report || `nothing was reported: ${stderr}`;
}

describe('escapes', () => {
  let world: World;
  const temporary = temporaryDirectory();
  const closing: (() => void)[] = [];

  beforeAll(async () => {
    process.env.TASKLOOM_TEST_SECRET = SECRET;
    const directory = join(temporary.path, 'data');
    mkdirSync(directory);
    for (const path of [temporary.path, directory]) chmodSync(path, 0o777);
    for (const name of ['secret', 'victim']) writeFileSync(join(directory, name), SECRET, { mode: 0o666 });
    const listen = async (...target: [string] | [number, string]) => {
      const server: Server = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(...(target as [number, string]), resolve));
      closing.push(() => server.close());
      return server;
    };
    const tcp = (await listen(0, '127.0.0.1')).address();
    await listen(join(directory, 'socket'));
    await listen(`\0taskloom-test-${process.pid}`);
    chmodSync(join(directory, 'socket'), 0o777);
    world = { directory, tcpPort: typeof tcp === 'object' && tcp ? tcp.port : 0 };
  });

  afterAll(() => {
    for (const close of closing) close();
    temporary[Symbol.dispose]();
    delete process.env.TASKLOOM_TEST_SECRET;
  });

  describeTiers(['bwrap', 'landlock'], ({ make }) => {
    const sandbox = make();
    afterAll(() => sandbox.close());

    for (const { name, code } of escapes) {
      it(`holds code that tries ${name} [WS-2]`, async () => {
        expect(await attempt(sandbox, code(world))).toMatch(/^held: /);
      });
    }

    it('lets nothing through over UDP [WS-2]', async () => {
      const heard: string[] = [];
      const listener = createSocket('udp4', (message) => heard.push(String(message)));
      await new Promise<void>((resolve) => listener.bind(0, '127.0.0.1', resolve));
      const send = `
        const { createSocket } = require('node:dgram');
        return await new Promise((resolve, reject) => createSocket('udp4').on('error', reject)
          .send('x', ${listener.address().port}, '127.0.0.1', (error) => error ? reject(error) : resolve('sent')));`;
      await attempt(sandbox, send);
      // What was sent before has arrived before: loopback keeps the order.
      const own = createSocket('udp4');
      const arrived = new Promise((resolve) =>
        listener.on('message', (message) => String(message) === 'own' && resolve(null)),
      );
      own.send('own', listener.address().port, '127.0.0.1');
      await arrived;
      expect(heard).toEqual(['own']);
      own.close();
      listener.close();
    });

    it('are at least 25, each of its own kind [WS-2]', () => {
      expect(new Set(escapes.map(({ name }) => name)).size).toBe(escapes.length);
      expect(escapes.length).toBeGreaterThanOrEqual(25);
    });

    it('leaves the files outside as they were [WS-2]', () => {
      expect(existsSync(join(world.directory, 'planted'))).toBe(false);
      expect(readFileSync(join(world.directory, 'victim'), 'utf8')).toBe(SECRET);
    });
  });

  describeTiers(['process'], ({ make }) => {
    const sandbox = make();
    afterAll(() => sandbox.close());

    it('has no isolation: the same attempts get out, so each of them is a sound one', async () => {
      const outcomes: Record<string, boolean> = {};
      const known = escapes.filter(({ worksUnconfined }) => worksUnconfined !== null);
      for (const { name, code } of known) outcomes[name] = /^escaped: /.test(await attempt(sandbox, code(world)));
      expect(outcomes).toEqual(Object.fromEntries(known.map(({ name, worksUnconfined }) => [name, worksUnconfined])));
    });
  });
});
