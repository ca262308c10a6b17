import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWithGit, git, gitProject, writeFiles } from '../../../test/support/git-project.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { openFolder } from './folder-task.ts';
import { type GiveBackOptions, mustBePossible } from './give-back.ts';

type Options = GiveBackOptions & { readonly json?: boolean };

describeWithGit('what cannot be given back', () => {
  it('is refused before a model works: branches, names, uncommitted changes, files that exist [CLI-1]', async () => {
    using project = gitProject({ 'a.js': 'a\n', 'there.patch': '' });
    git(project.path, 'branch', 'taken');
    const folder = await openFolder(project.path);
    const given = [{ path: 'a.js', content: 'changed\n' }];
    const ask = (options: Options, files = given) => mustBePossible(folder, options, files);
    const patch = join(project.path, 'there.patch');
    await expect(ask({ branch: 'taken' })).rejects.toThrow(/taken exists/);
    await expect(ask({ branch: 'no..name' })).rejects.toThrow(/no\.\.name/);
    await expect(ask({ patch })).rejects.toThrow(/there is such a file/);
    await expect(ask({ patch: join(project.path, 'no/such.patch') })).rejects.toThrow(/directory does not exist/);
    await expect(ask({ patch: '-', json: true })).rejects.toThrow(/share standard output/);
    for (const options of [{}, { branch: 'new' }]) {
      await expect(ask(options)).rejects.toThrow(/a\.js.*commit or stash.*--allow-dirty/);
      await expect(ask({ ...options, allowDirty: true })).resolves.toBeUndefined();
      await expect(ask(options, [{ path: 'a.js', content: 'a\n' }])).resolves.toBeUndefined();
    }
    for (const options of [{ apply: true }, { patch: '-' }]) await expect(ask(options)).resolves.toBeUndefined();
  });

  it('is a branch where there is no repository [CLI-1]', async () => {
    using directory = temporaryDirectory();
    writeFiles(directory.path, { 'a.js': 'a\n' });
    const folder = await openFolder(directory.path);
    await expect(mustBePossible(folder, { branch: 'b' }, [])).rejects.toThrow(/needs a git repository/);
    await expect(mustBePossible(folder, {}, [])).resolves.toBeUndefined();
  });
});
