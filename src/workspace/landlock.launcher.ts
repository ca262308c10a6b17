// A process of its own, run from the sources or the build: confines itself, then becomes the command. What goes wrong
// before that is written to descriptor 4, which the command never has.
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import type { LandlockPlan } from './landlock-plan.ts';

const REPORT = 3;
const STATUS = 4;

/** The same on every architecture that a filter exists for. */
const calls = { closeRange: 436, createRuleset: 444, addRule: 445, restrictSelf: 446 };
const prctlOptions = { setParentDeathSignal: 1, setSeccomp: 22, setNoNewPrivileges: 38 };
const limitKinds = { cpu: 0, fileSize: 1, data: 2, core: 4, processes: 6, openFiles: 7 };
const SIGKILL = 9;
const O_PATH = 0o10000000;
const F_SETFD = 2;

const libc = koffi.load(null);
const syscall = libc.func('long syscall(long number, ...)') as (...values: unknown[]) => number;
const prctl = libc.func('int prctl(int option, ...)') as (...values: unknown[]) => number;
const fcntl = libc.func('int fcntl(int descriptor, int command, ...)') as (...values: unknown[]) => number;
const setrlimit = libc.func('int setrlimit(int kind, void *limit)') as (kind: number, limit: Buffer) => number;
koffi.struct('sock_fprog', { length: 'uint16_t', filter: 'void *' });

function must(what: string, result: number): number {
  if (result < 0) throw new Error(`${what}: error ${koffi.errno()}`);
  return result;
}

/** The rights on files that a version of Landlock knows, and those that make sense on a single file. */
function fileRights(version: number) {
  const known = [13, 14, 15, 15, 16][Math.min(version, 5) - 1] ?? 0;
  const all = 2 ** known - 1;
  const [execute, writeFile, readFile, readDirectory] = [1 << 0, 1 << 1, 1 << 2, 1 << 3];
  const [makeCharDevice, makeSocket, makeBlockDevice] = [1 << 6, 1 << 9, 1 << 11];
  const truncate = all & (1 << 14);
  return {
    all,
    read: execute | readFile | readDirectory,
    readOneFile: execute | readFile,
    useDevice: readFile | writeFile | truncate,
    write: all & ~(makeCharDevice | makeSocket | makeBlockDevice),
  };
}

function confineFiles({ readable, writable }: LandlockPlan): void {
  const version = must(
    'Landlock is not there',
    syscall(calls.createRuleset, 'void *', null, 'size_t', 0, 'uint32_t', 1),
  );
  const rights = fileRights(version);
  const attributes = Buffer.alloc(24);
  attributes.writeBigUInt64LE(BigInt(rights.all), 0);
  if (version >= 4) attributes.writeBigUInt64LE(3n, 8); // binding and connecting TCP
  if (version >= 6) attributes.writeBigUInt64LE(3n, 16); // abstract Unix sockets and signals, out of the sandbox
  const size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const rules = must(
    'landlock_create_ruleset',
    syscall(calls.createRuleset, 'void *', attributes, 'size_t', size, 'uint32_t', 0),
  );
  const allow = (path: string, onDirectory: number, onFile: number) => {
    let descriptor: number;
    try {
      descriptor = openSync(path, O_PATH);
    } catch {
      return;
    }
    for (const access of [onDirectory, onFile]) {
      const rule = Buffer.alloc(12);
      rule.writeBigUInt64LE(BigInt(access), 0);
      rule.writeInt32LE(descriptor, 8);
      // A right for directories is refused on a file: then the rights for files are given.
      if (syscall(calls.addRule, 'int', rules, 'int', 1, 'void *', rule, 'uint32_t', 0) === 0) break;
    }
    closeSync(descriptor);
  };
  for (const path of readable) allow(path, rights.read, rights.readOneFile);
  for (const path of writable) allow(path, rights.write, rights.write);
  for (const path of ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom']) {
    allow(path, rights.useDevice, rights.useDevice);
  }
  must('landlock_restrict_self', syscall(calls.restrictSelf, 'int', rules, 'uint32_t', 0));
}

function limit(kind: number, value: number): void {
  const pair = Buffer.alloc(16);
  pair.writeBigUInt64LE(BigInt(value), 0);
  pair.writeBigUInt64LE(BigInt(value), 8);
  must('setrlimit', setrlimit(kind, pair));
}

/** The kernel counts by user: with a user of its own the run's alone, else on top of what the user runs already. */
function limitProcesses({ user, limits }: LandlockPlan): void {
  limit(limitKinds.processes, limits.processes + (user ? 0 : tasksOf(process.getuid?.() ?? 0)));
}

function tasksOf(uid: number): number {
  let tasks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1');
      if (Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === uid) tasks += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return tasks;
}

function takeUser({ user }: LandlockPlan): void {
  if (!user) return;
  process.setgroups?.([]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}

function launch(plan: LandlockPlan): never {
  takeUser(plan);
  // Changing the user takes this back, so it comes after.
  must('prctl', prctl(prctlOptions.setParentDeathSignal, 'unsigned long', SIGKILL));
  if (process.ppid !== plan.parent) process.kill(process.pid, 'SIGKILL');
  limitProcesses(plan);
  const { cpuSeconds, fileBytes, dataBytes, openFiles } = plan.limits;
  limit(limitKinds.cpu, cpuSeconds);
  limit(limitKinds.fileSize, fileBytes);
  limit(limitKinds.data, dataBytes);
  limit(limitKinds.core, 0);
  limit(limitKinds.openFiles, openFiles);
  const unused = ['unsigned long', 0, 'unsigned long', 0, 'unsigned long', 0];
  must('prctl', prctl(prctlOptions.setNoNewPrivileges, 'unsigned long', 1, ...unused));
  confineFiles(plan);
  must('close_range', syscall(calls.closeRange, 'uint32_t', STATUS, 'uint32_t', 0xffff_ffff, 'uint32_t', 4));
  must('fcntl', fcntl(REPORT, F_SETFD, 'int', 0));
  const filter = Buffer.from(plan.filter, 'base64');
  const program = { length: filter.length / 8, filter };
  must('seccomp', prctl(prctlOptions.setSeccomp, 'unsigned long', 2, 'sock_fprog *', program));
  const [file, ...parameters] = plan.command;
  // The environment is as the server made it for the command.
  process.execve?.(file, [file, ...parameters], process.env);
  throw new Error('process.execve is not there');
}

try {
  launch(JSON.parse(process.argv[2] ?? '') as LandlockPlan);
} catch (error) {
  writeSync(STATUS, error instanceof Error ? error.message : String(error));
  process.exit(126);
}
