import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import {
  describeWithGit,
  git,
  gitProject,
  pictureOf,
  plantTraps,
  writeFiles,
} from '../../../test/support/git-project.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { commitOnBranch, refuseUncommitted, uncommitted } from './branch.ts';
import type { Outcome } from './changes.ts';
import { Repository } from './repository.ts';

async function repositoryOf(path: string): Promise<Repository> {
  const repository = await Repository.around(path);
  if (!repository) throw new Error(`${path} is in no repository`);
  return repository;
}

const request = (repository: Repository, name: string) => ({
  name,
  commit: repository.head,
  taskId: 't',
  prompt: 'Say hello\nin two lines',
});
const outcome = (...changes: Outcome['changes']): Outcome => ({ given: [{ path: 'a.js', content: 'one\n' }], changes });

describeWithGit('the result of a task on a branch', () => {
  it('changes no file, no index and no other branch, and runs nothing that the repository names [CLI-1]', async () => {
    using project = gitProject({ 'a.js': 'one\n', 'run.sh': 'exit 0\n' });
    chmodSync(join(project.path, 'run.sh'), 0o755);
    git(project.path, 'commit', '--quiet', '--all', '--message', 'Two');
    const traps = plantTraps(project.path);
    const before = pictureOf(project.path);
    const repository = await repositoryOf(project.path);
    await repository.files();
    const result = outcome(
      { path: 'a.js', before: 'one\n', after: 'two\n' },
      { path: 'run.sh', before: 'exit 0\n', after: 'exit 1\n' },
      { path: 'new/a b é.js', before: null, after: 'no line end' },
    );
    const commit = await commitOnBranch(repository, request(repository, 'team/result'), result);
    expect(traps.wereSprung()).toBe(false);
    expect(pictureOf(project.path)).toEqual(before);

    expect(git(project.path, 'rev-parse', 'team/result').trim()).toBe(commit);
    const tree = git(
      project.path,
      '-c',
      'core.quotePath=false',
      'ls-tree',
      '-r',
      '--format=%(objectmode) %(path)',
      commit,
    );
    expect(tree.split('\n')).toEqual(['100644 a.js', '100644 new/a b é.js', '100755 run.sh', '']);
    expect(git(project.path, 'cat-file', 'blob', `${commit}:new/a b é.js`)).toBe('no line end');
    expect(git(project.path, 'log', '-1', '--format=%P|%B', commit).trim()).toBe(
      `${repository.head}|Say hello in two lines\n\nTask: t`,
    );
    // The traps are some: git itself falls into them.
    git(project.path, 'status');
    expect(traps.wereSprung()).toBe(true);
  });

  it('takes no branch that exists, and no name that git does not take [CLI-1]', async () => {
    using project = gitProject({ 'a.js': 'one\n' });
    git(project.path, 'branch', 'taken');
    const repository = await repositoryOf(project.path);
    const before = git(project.path, 'rev-parse', 'taken');
    const result = outcome({ path: 'a.js', before: 'one\n', after: 'two\n' });
    for (const name of ['taken', 'two..dots', '-d', 'a b', 'taken/below']) {
      await expect(commitOnBranch(repository, request(repository, name), result)).rejects.toThrow(name);
    }
    await expect(repository.createBranch('taken', repository.head ?? '')).rejects.toThrow(/exists/);
    expect(git(project.path, 'branch', '--format=%(refname:short)').split('\n')).toEqual(['main', 'taken', '']);
    expect(git(project.path, 'rev-parse', 'taken')).toBe(before);
  });

  it('has uncommitted changes in a commit of their own, or is refused because of them [CLI-1]', async () => {
    using project = gitProject({ 'a.js': 'one\n', 'b.js': 'b\n' });
    const repository = await repositoryOf(project.path);
    const given = [
      { path: 'a.js', content: 'one and a half\n' },
      { path: 'b.js', content: 'b\n' },
      { path: 'untracked.js', content: 'u\n' },
    ];
    const dirty = await uncommitted(repository, repository.head, given);
    expect(dirty.map(({ path }) => path)).toEqual(['a.js', 'untracked.js']);
    expect(() => refuseUncommitted(dirty)).toThrow(/a\.js, untracked\.js.*--allow-dirty/);
    expect(() => refuseUncommitted([])).not.toThrow();

    const changes = [{ path: 'a.js', before: 'one and a half\n', after: 'two\n' }];
    await commitOnBranch(repository, request(repository, 'result'), { given, changes });
    const log = git(project.path, 'log', '--format=%s', '--name-only', 'result', '^main').split('\n').filter(Boolean);
    expect(log).toEqual([
      'Say hello in two lines',
      'a.js',
      'Uncommitted changes when task t began',
      'a.js',
      'untracked.js',
    ]);
  });

  it('replaces nothing in the commit that the task was not given: links, directories, files left out', async () => {
    using project = temporaryDirectory();
    writeFiles(project.path, { 'a.js': 'one\n', 'dir/b.js': '', 'logo.png': new Uint8Array([0, 1]) });
    symlinkSync('dir', join(project.path, 'link'));
    git(project.path, 'init', '--quiet');
    git(project.path, 'add', '--all');
    git(project.path, 'commit', '--quiet', '--message', 'One');
    const repository = await repositoryOf(project.path);
    for (const path of ['link', 'link/c.js', 'dir', 'a.js/x.js', 'logo.png']) {
      const result = outcome({ path, before: null, after: 'new\n' });
      await expect(commitOnBranch(repository, request(repository, 'result'), result)).rejects.toThrow(path);
    }
    expect(git(project.path, 'branch', '--list', 'result')).toBe('');
  });

  it('is made from a directory of the repository, from one without a commit, and by nobody in particular', async () => {
    using project = gitProject({ 'packages/a/a.js': 'one\n', 'b.js': '' });
    const repository = await repositoryOf(join(project.path, 'packages/a'));
    writeFiles(project.path, { 'packages/a/n.js': '', 'c.js': '' });
    expect(await repository.files()).toEqual(expect.arrayContaining(['a.js', 'n.js']));
    expect(await repository.files()).toHaveLength(2);
    const changes = [{ path: 'a.js', before: 'one\n', after: 'two\n' }];
    await commitOnBranch(repository, request(repository, 'result'), outcome(...changes));
    expect(git(project.path, 'diff', '--name-only', 'main', 'result').trim()).toBe('packages/a/a.js');

    using empty = temporaryDirectory();
    git(empty.path, 'init', '--quiet');
    git(empty.path, 'config', 'user.useConfigOnly', 'true');
    const home = process.env.HOME;
    process.env.HOME = empty.path;
    try {
      const first = await repositoryOf(empty.path);
      expect(first.head).toBeNull();
      await commitOnBranch(first, request(first, 'result'), outcome(...changes));
      expect(git(empty.path, 'log', '--format=%an|%s', 'result').split('\n')).toEqual([
        'Taskloom|Say hello in two lines',
        'Taskloom|Uncommitted changes when task t began',
        '',
      ]);
    } finally {
      if (home === undefined) delete process.env.HOME;
      else process.env.HOME = home;
    }
  });

  it('is of the repository of the folder, whatever variables of git say', async () => {
    using project = gitProject({ 'a.js': 'one\n' });
    using other = gitProject({ 'b.js': 'b\n' });
    process.env.GIT_DIR = join(other.path, '.git');
    process.env.GIT_INDEX_FILE = join(other.path, 'index');
    try {
      expect(await (await repositoryOf(project.path)).files()).toEqual(['a.js']);
      rmSync(join(project.path, '.git'), { recursive: true });
      expect(await Repository.around(project.path)).toBeNull();
    } finally {
      delete process.env.GIT_DIR;
      delete process.env.GIT_INDEX_FILE;
    }
  });
});
