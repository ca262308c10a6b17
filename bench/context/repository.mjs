import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CODE = /\.(?:[mc]?[jt]sx?|py)$/;
const NOT_WRITTEN = /\.d\.ts$|\.min\.js$|(?:^|\/)(?:node_modules|dist|build|vendor|vendored|third_party)\//;

/** The git directory of a configured repository: of the mirror, as given, or cloned once into the temporary files. */
export function gitDirectoryOf({ name, url, mirror }) {
  const mirrored = process.env.CONTEXT_MIRROR && mirror && join(process.env.CONTEXT_MIRROR, mirror);
  if (mirrored && existsSync(mirrored)) return mirrored;
  if (existsSync(join(url, '.git'))) return join(url, '.git');
  if (existsSync(url)) return url;
  const clones = join(tmpdir(), 'taskloom-context-bench');
  const clone = join(clones, `${name}.git`);
  mkdirSync(clones, { recursive: true });
  if (!existsSync(clone)) execFileSync('git', ['clone', '--quiet', '--bare', url, clone], { stdio: 'inherit' });
  return clone;
}

/** Reads a repository's history: trees, texts, changes and differences. */
export class Repository {
  #directory;
  #config;
  #texts = new Map();
  #waiting = [];
  #received = Buffer.alloc(0);
  #reader = null;

  constructor(directory, config) {
    this.#directory = directory;
    this.#config = config;
  }

  git(...parameters) {
    const all = [`--git-dir=${this.#directory}`, '-c', 'core.quotepath=off', ...parameters];
    return execFileSync('git', all, { maxBuffer: 1 << 30, encoding: 'utf8' });
  }

  /** Whether a file is code that people of the project write. */
  isCode(path) {
    const { roots = [''], exclude = [] } = this.#config;
    const isIn = (folder) => path.startsWith(folder);
    return CODE.test(path) && !NOT_WRITTEN.test(path) && roots.some(isIn) && !exclude.some(isIn);
  }

  /** The code files of a commit with their texts. */
  async filesAt(commit) {
    const entries = this.git('ls-tree', '-r', '-z', commit).split('\0');
    const files = entries.flatMap((entry) => {
      const [, mode, hash, path] = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
      return path === undefined || mode === '120000' || !this.isCode(path) ? [] : [{ path, hash }];
    });
    return Promise.all(files.map(async (file) => ({ ...file, text: await this.#textOf(file.hash) })));
  }

  /** The last changes up to a commit, newest first. */
  changesBefore(commit) {
    const log = this.git('log', '-n', '300', '--no-merges', '--name-only', '--format=%x01%ct', commit);
    return log
      .split('\x01')
      .slice(1)
      .map((record) => {
        const [time, ...paths] = record.split('\n').filter(Boolean);
        return { time: Number(time), paths: paths.filter((path) => this.isCode(path)) };
      })
      .filter(({ paths }) => paths.length > 0);
  }

  close() {
    this.#reader?.stdin.end();
  }

  #textOf(hash) {
    let text = this.#texts.get(hash);
    if (text === undefined) {
      this.#reader ??= this.#startReader();
      text = new Promise((resolve) => this.#waiting.push(resolve));
      this.#reader.stdin.write(`${hash}\n`);
      this.#texts.set(hash, text);
    }
    return text;
  }

  #startReader() {
    const reader = spawn('git', [`--git-dir=${this.#directory}`, 'cat-file', '--batch'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    reader.stdout.on('data', (data) => {
      this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
      while (this.#takeText());
    });
    return reader;
  }

  #takeText() {
    const headEnd = this.#received.indexOf('\n');
    if (headEnd === -1) return false;
    const size = Number(this.#received.subarray(0, headEnd).toString().split(' ')[2]);
    const end = headEnd + 1 + size;
    if (this.#received.length <= end) return false;
    this.#waiting.shift()(this.#received.subarray(headEnd + 1, end).toString('utf8'));
    this.#received = this.#received.subarray(end + 1);
    return true;
  }
}
