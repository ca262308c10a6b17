// Does the whole set-up by itself: dependencies, build, (for tests) the Debian packages they can use, and (for benchmarks)
// the packages they measure against. Runs on any Node.js from 20 on, before the project's own Node.js is there. Does
// nothing that is done already; what is done is told by content, not by time, so that a pull, a copy or a removed file is
// never missed. One at a time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const wanted = new Set(process.argv.slice(2));
const lockFile = at('.setup.lock');
const LOCK_POLL_MS = 200;

// Whatever the user's own configuration says: the build needs development packages, Node.js itself is an optional one,
// and that the Node.js at hand is too old for some packages is no reason to stop or to warn: they run on the project's.
const INSTALL_OPTIONS = [
  '--include=dev',
  '--include=optional',
  '--no-engine-strict',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** The public suite and inspector that the tests of the MCP door run. */
const MCP_TOOLS = 'test/mcp/tools';

const isDone = () =>
  isInstalled() &&
  (!wanted.has('--build') || isBuilt()) &&
  (!wanted.has('--bench') || isInstalled('bench')) &&
  (!wantsMcpTools() || isInstalled(MCP_TOOLS));
if (!isDone()) alone(setUp);
if (wanted.has('--test-tools')) installTestTools();

function setUp() {
  if (!isInstalled()) {
    say('installing dependencies');
    npm('ci', ...INSTALL_OPTIONS);
  }
  if (wanted.has('--build') && !isBuilt()) {
    say('building');
    const built = fingerprint();
    npm('run', '--silent', 'build');
    mkdirSync(at('dist'), { recursive: true });
    writeFileSync(at('dist/.built'), built);
  }
  if (wanted.has('--bench') && !isInstalled('bench')) installPeers();
  if (wantsMcpTools() && !isInstalled(MCP_TOOLS)) installMcpTools();
}

function wantsMcpTools() {
  return wanted.has('--test-tools') && existsSync(at(MCP_TOOLS));
}

/** In a directory of its own, as it is big and no part of the product. Without it the tests that need it are skipped. */
function installMcpTools() {
  say('installing the conformance suite and the inspector of MCP');
  const { status } = runNpm(['ci', ...INSTALL_OPTIONS], at(MCP_TOOLS));
  if (status !== 0) say('they could not be installed: the tests that need them are skipped.');
}

/** What the benchmarks measure against, in their own directory. Without it they leave those arms out and say so. */
function installPeers() {
  say('installing what the benchmarks measure against; where a driver has to be compiled, this takes minutes');
  const { status } = runNpm(['ci', ...INSTALL_OPTIONS], at('bench'));
  if (status !== 0) say('it could not be installed: the arms that need it are skipped.');
}

/** Whether node_modules holds what package-lock.json asks for; packages for other platforms may be missing. */
function isInstalled(directory = '') {
  const asked = lockedPackages(at(directory, 'package-lock.json'));
  const found = lockedPackages(at(directory, 'node_modules/.package-lock.json'));
  if (!found) return false;
  const same = (name) => asked[name]?.version === found[name].version;
  return (
    Object.keys(found).every((name) => name === '' || same(name)) &&
    Object.keys(asked).every((name) => name === '' || name in found || asked[name].optional)
  );
}

function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

function isBuilt() {
  return existsSync(at('dist/.built')) && readFileSync(at('dist/.built'), 'utf8') === fingerprint();
}

/** A hash of all that the build is made from. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const path of ['package-lock.json', '.swcrc', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'src']) {
    for (const file of filesIn(path))
      hash
        .update(`${file}\0`)
        .update(readFileSync(at(file)))
        .update('\0');
  }
  return hash.digest('hex');
}

function filesIn(path) {
  if (!statSync(at(path)).isDirectory()) return [path];
  return readdirSync(at(path))
    .filter((name) => !/\.(spec|contract)\.ts$/.test(name))
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

/** Runs the work while no other set-up of this checkout does; waits for one that is under way. */
function alone(work) {
  for (let told = false; !takeLock(); told = true) {
    if (!told) say('waiting for another set-up of this directory');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
  process.on('exit', () => rmSync(lockFile, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
  work();
}

function takeLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld()) rmSync(lockFile, { force: true });
    return false;
  }
}

/** Whether the lock's owner still runs: one that was killed leaves its file behind. */
function isHeld() {
  try {
    const owner = Number(readFileSync(lockFile, 'utf8'));
    // Empty for the moment between creating and writing it.
    if (owner === 0) return Date.now() - statSync(lockFile).mtimeMs < 1000;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    // ESRCH: nobody has this number any more. EPERM: somebody else's process. ENOENT: it has just been given back.
    return error.code !== 'ESRCH';
  }
}

/** Tests use what they find; where packages can be installed without asking anybody, they find everything. */
function installTestTools() {
  if (process.platform !== 'linux') return;
  const missing = [
    ['bubblewrap', 'bwrap'],
    ['openssl', 'openssl'],
    ['python3', 'python3'],
    ['redis-server', 'redis-server', 'valkey-server'],
    ['tmux', 'tmux'],
    // Debian keeps `postgres` itself apart from the PATH, by version.
    ['postgresql', 'postgres', 'pg_ctlcluster'],
  ].filter(([, ...commands]) => !commands.some(onPath));
  if (missing.length === 0) return;
  const packages = missing.map(([name]) => name);
  if (process.getuid() !== 0 || !onPath('apt-get')) {
    say(`not installed: ${packages.join(', ')}. The tests that need them are skipped; install them to run all.`);
    return;
  }
  say(`installing ${packages.join(', ')}`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  // RUNLEVEL: what is installed is not started, as tests start a server of their own.
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  const { status } = spawnSync('apt-get', install, { stdio: 'inherit', env: environment });
  if (status !== 0) say(`${packages.join(', ')} could not be installed: the tests that need them are skipped.`);
}

function npm(...parameters) {
  const { status, error } = runNpm(parameters, root);
  if (status !== 0) {
    say(`npm ${parameters.join(' ')} failed: ${error?.message ?? 'see the lines above'}.`);
    process.exit(status ?? 1);
  }
}

function runNpm(parameters, cwd) {
  // Started by another package manager, or by hand, npm is looked for on the PATH.
  const cli = /npm-cli\.c?js$/.test(process.env.npm_execpath ?? '') ? process.env.npm_execpath : null;
  const [command, first] = cli ? [process.execPath, [cli]] : ['npm', []];
  const environment = { ...process.env, PATH: `${at('node_modules/.bin')}${delimiter}${process.env.PATH}` };
  const shell = !cli && process.platform === 'win32';
  return spawnSync(command, [...first, ...parameters], { cwd, stdio: 'inherit', env: environment, shell });
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, command)));
}

function say(text) {
  process.stderr.write(`taskloom setup: ${text}\n`);
}
