import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from '@jest/globals';
import { temporaryDirectory } from './temporary-directory.ts';

const isInstalled = (program: string) => spawnSync(program, ['--version']).status === 0;

/** Visibly skipped where there is no git. */
export const describeWithGit = isInstalled('git') ? describe : describe.skip;
export const hasPatch = isInstalled('patch');

/** Writes files by path into a directory. */
export function writeFiles(directory: string, contents: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** Runs git as Ada, without hooks. */
export function git(directory: string, ...parameters: string[]): string {
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'core.hooksPath=/dev/null'];
  return execFileSync('git', ['-C', directory, ...who, ...parameters], { encoding: 'utf8', stdio: 'pipe' });
}

/** A repository with one commit, gone when the scope ends. */
export function gitProject(
  contents: Readonly<Record<string, string | Uint8Array>>,
): { readonly path: string } & Disposable {
  const directory = temporaryDirectory();
  writeFiles(directory.path, contents);
  git(directory.path, 'init', '--quiet', '--initial-branch=main');
  git(directory.path, 'add', '--all', '--force');
  git(directory.path, 'commit', '--quiet', '--message', 'One');
  return directory;
}

/** What must not change: every file of the work tree, the index, and what is checked out. Runs no git. */
export function pictureOf(directory: string): Readonly<Record<string, string>> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const isOfGit = (path: string) => path.startsWith(join(directory, '.git/'));
  const kept = paths.filter((path) => !isOfGit(path) || /\.git\/(index|HEAD|refs\/heads\/main)$/.test(path));
  return Object.fromEntries(kept.sort().map((path) => [path, readFileSync(path, 'base64')]));
}

const hooks = [
  'pre-commit',
  'post-checkout',
  'post-commit',
  'reference-transaction',
  'post-index-change',
  'commit-msg',
];
const settings = [
  ...['core.fsmonitor', 'core.pager', 'core.editor', 'core.sshCommand', 'diff.external', 'gpg.program'],
  ...['filter.trap.clean', 'filter.trap.smudge', 'filter.trap.process', 'diff.trap.textconv'],
];

/** Programs wherever a repository can name one; `wereSprung` says whether any of them has run. */
export function plantTraps(directory: string): { wereSprung(): boolean } {
  const trap = join(directory, '.git/trap');
  const mark = join(directory, '.git/sprung');
  writeFileSync(trap, `#!/bin/sh\ntouch '${mark}'\nexec cat\n`);
  chmodSync(trap, 0o755);
  mkdirSync(join(directory, '.git/hooks'), { recursive: true });
  for (const hook of hooks) symlinkSync(trap, join(directory, '.git/hooks', hook));
  for (const name of settings) git(directory, 'config', name, trap);
  git(directory, 'config', 'commit.gpgSign', 'true');
  git(directory, 'config', 'alias.ls-files', `!${trap}`);
  mkdirSync(join(directory, '.git/info'), { recursive: true });
  writeFileSync(join(directory, '.git/info/attributes'), '* filter=trap diff=trap\n');
  return { wereSprung: () => readdirSync(join(directory, '.git')).includes('sprung') };
}
