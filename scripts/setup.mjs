// Does the whole set-up by itself: dependencies, build, and (for tests) the Debian packages they can use. Runs on any
// Node.js from 20 on, before the project's own Node.js is there. Does nothing that is done already.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const wanted = new Set(process.argv.slice(2));

installDependencies();
if (wanted.has('--build')) build();
if (wanted.has('--test-tools')) installTestTools();

function installDependencies() {
  if (mtime(at('node_modules/.package-lock.json')) >= mtime(at('package-lock.json'))) return;
  say('installing dependencies');
  npm('ci', '--no-audit', '--no-fund');
}

function build() {
  const marker = at('dist/.built');
  const sources = [at('src'), at('package-lock.json'), at('.swcrc'), at('nest-cli.json'), at('tsconfig.build.json')];
  if (mtime(marker) >= Math.max(...sources.map(newest))) return;
  say('building');
  npm('run', '--silent', 'build');
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(marker, '');
}

/** Tests use what they find; where packages can be installed without asking anybody, they find everything. */
function installTestTools() {
  if (process.platform !== 'linux') return;
  const missing = [
    ['bwrap', 'bubblewrap'],
    ['python3', 'python3'],
  ].filter(([command]) => !onPath(command));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  if (process.getuid() !== 0 || !onPath('apt-get')) {
    say(`not installed: ${packages.join(', ')}. The tests that need them are skipped; install them to run all.`);
    return;
  }
  say(`installing ${packages.join(', ')}`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  const { status } = spawnSync('apt-get', install, { stdio: 'inherit', env: environment });
  if (status !== 0) say(`${packages.join(', ')} could not be installed: the tests that need them are skipped.`);
}

function npm(...parameters) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli ? [process.execPath, [cli]] : ['npm', []];
  const environment = { ...process.env, PATH: `${at('node_modules/.bin')}${delimiter}${process.env.PATH}` };
  const { status } = spawnSync(command, [...first, ...parameters], { cwd: root, stdio: 'inherit', env: environment });
  if (status !== 0) {
    say(`npm ${parameters.join(' ')} failed: see the lines above.`);
    process.exit(status ?? 1);
  }
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, command)));
}

function newest(path) {
  if (!statSync(path).isDirectory()) return mtime(path);
  return Math.max(
    mtime(path),
    ...readdirSync(path, { withFileTypes: true }).map((entry) => newest(join(path, entry.name))),
  );
}

function mtime(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function say(text) {
  process.stderr.write(`taskloom setup: ${text}\n`);
}
