import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pictureOf, writeFiles } from '../../../test/support/git-project.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { applyChanges, FolderChangedError } from './apply.ts';
import type { Change } from './changes.ts';

const change = (path: string, before: string | null, after = 'after\n'): Change => ({ path, before, after });

describe('a result that is written into its folder', () => {
  it('changes files and adds new ones, keeps their modes, and leaves nothing else behind [CLI-1]', async () => {
    using folder = temporaryDirectory();
    writeFiles(folder.path, { 'run.sh': 'before\n', 'kept.txt': 'kept\n' });
    chmodSync(join(folder.path, 'run.sh'), 0o750);
    await applyChanges(folder.path, [change('run.sh', 'before\n'), change('new/deep/a b.js', null)]);
    expect(readFileSync(join(folder.path, 'run.sh'), 'utf8')).toBe('after\n');
    expect(statSync(join(folder.path, 'run.sh')).mode & 0o777).toBe(0o750);
    expect(readFileSync(join(folder.path, 'new/deep/a b.js'), 'utf8')).toBe('after\n');
    const names = readdirSync(folder.path, { recursive: true });
    expect(names.sort()).toEqual(['kept.txt', 'new', 'new/deep', 'new/deep/a b.js', 'run.sh']);
  });

  it.each<[string, Change, (folder: string, outside: string) => void]>([
    ['has changed', change('b.js', 'before\n'), (folder) => writeFiles(folder, { 'b.js': 'mine\n' })],
    ['is gone', change('b.js', 'before\n'), () => undefined],
    ['has come', change('b.js', null), (folder) => writeFiles(folder, { 'b.js': 'mine\n' })],
    [
      'is a link now',
      change('b.js', 'before\n'),
      (folder, outside) => symlinkSync(join(outside, 'a.js'), join(folder, 'b.js')),
    ],
    ['is below a link', change('dir/b.js', null), (folder, outside) => symlinkSync(outside, join(folder, 'dir'))],
    [
      'is below a link, given',
      change('dir/a.js', 'before\n'),
      (folder, outside) => symlinkSync(outside, join(folder, 'dir')),
    ],
    ['is below a file', change('dir/b.js', null), (folder) => writeFiles(folder, { dir: '' })],
  ])('is not written at all where a file %s [CLI-1]', async (_what, second, arrange) => {
    using folder = temporaryDirectory();
    using outside = temporaryDirectory();
    for (const { path } of [folder, outside]) writeFiles(path, { 'a.js': 'before\n' });
    arrange(folder.path, outside.path);
    const before = [pictureOf(folder.path), pictureOf(outside.path)];
    const applying = applyChanges(folder.path, [change('a.js', 'before\n'), second]);
    await expect(applying).rejects.toThrow(FolderChangedError);
    await expect(applying).rejects.toThrow(second.path);
    expect([pictureOf(folder.path), pictureOf(outside.path)]).toEqual(before);
  });
});
