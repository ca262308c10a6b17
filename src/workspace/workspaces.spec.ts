import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { UnsafePathError } from './workspace.errors.ts';
import { workspaceName, Workspaces } from './workspaces.ts';

describe('workspaceName', () => {
  it('gives each task a directory of its own, also where case is ignored [WS-1]', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        (one, other) => {
          fc.pre(one.toWellFormed() !== other.toWellFormed());
          expect(workspaceName(one).toLowerCase()).not.toBe(workspaceName(other).toLowerCase());
        },
      ),
    );
    expect(workspaceName('Task').toLowerCase()).not.toBe(workspaceName('task').toLowerCase());
  });

  it('is one plain segment of bounded length [WS-1]', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (taskId) => {
        expect(workspaceName(taskId)).toMatch(/^[a-z0-9_%~-]{1,160}$/);
      }),
    );
    expect(workspaceName('../../etc')).toBe('%2e%2e%2f%2e%2e%2fetc');
    expect(workspaceName('x'.repeat(500))).not.toBe(workspaceName('x'.repeat(501)));
    expect(() => workspaceName('')).toThrow(InvalidInputError);
  });
});

describe('Workspaces', () => {
  it('writes, reads, lists and removes the files of a task, each in its own directory [WS-1]', async () => {
    using root = temporaryDirectory();
    const workspaces = new Workspaces(join(root.path, 'not', 'yet'));
    await workspaces.write('t1', [
      { path: 'src/a.js', content: 'grüß' },
      { path: './b.txt', content: '' },
    ]);
    await workspaces.write('t2', [{ path: 'b.txt', content: 'other' }]);
    expect(await workspaces.list('t1')).toEqual(['b.txt', 'src/a.js']);
    expect(await workspaces.read('t1', 'src/a.js')).toBe('grüß');
    expect(await workspaces.read('t2', 'b.txt')).toBe('other');
    expect(await workspaces.read('t1', 'missing.js')).toBeNull();
    expect(await workspaces.list('t3')).toEqual([]);
    await workspaces.remove('t1');
    await workspaces.remove('t1');
    expect(existsSync(workspaces.directoryOf('t1'))).toBe(false);
    expect(await workspaces.list('t2')).toEqual(['b.txt']);
  });

  it('writes nothing at all when one path is unsafe, and names it [WS-1]', async () => {
    using root = temporaryDirectory();
    const workspaces = new Workspaces(root.path);
    const files = [
      { path: 'fine.js', content: 'x' },
      { path: '../outside.js', content: 'x' },
    ];
    await expect(workspaces.write('t1', files)).rejects.toThrow('"../outside.js"');
    await expect(workspaces.sync('t1', files)).rejects.toThrow(InvalidInputError);
    expect(readdirSync(root.path)).toEqual([]);
    await expect(workspaces.read('t1', '/etc/passwd')).rejects.toThrow(UnsafePathError);
  });

  it('follows no planted link, neither to write nor to read [WS-1]', async () => {
    using root = temporaryDirectory();
    using outside = temporaryDirectory();
    const workspaces = new Workspaces(root.path);
    await workspaces.write('t1', [{ path: 'a.js', content: '1' }]);
    const directory = workspaces.directoryOf('t1');
    const target = join(outside.path, 'target');
    writeFileSync(target, 'safe');
    symlinkSync(outside.path, join(directory, 'dir'));
    symlinkSync(target, join(directory, 'file'));
    await expect(workspaces.write('t1', [{ path: 'dir/new.js', content: 'x' }])).rejects.toThrow(UnsafePathError);
    expect(await workspaces.read('t1', 'dir/target')).toBeNull();
    expect(await workspaces.read('t1', 'file')).toBeNull();
    expect(await workspaces.list('t1')).toEqual(['a.js']);
    // The link itself gives way to the file; what it pointed to stays.
    await workspaces.write('t1', [{ path: 'file', content: 'mine' }]);
    expect(await workspaces.read('t1', 'file')).toBe('mine');
    expect(readFileSync(target, 'utf8')).toBe('safe');
    expect(readdirSync(outside.path)).toEqual(['target']);
  });

  it('refuses a task directory that is a link [WS-1]', async () => {
    using root = temporaryDirectory();
    using outside = temporaryDirectory();
    const workspaces = new Workspaces(root.path);
    symlinkSync(outside.path, workspaces.directoryOf('t1'));
    await expect(workspaces.sync('t1', [{ path: 'a.js', content: 'x' }])).rejects.toThrow(UnsafePathError);
    expect(readdirSync(outside.path)).toEqual([]);
  });

  it('makes a directory equal to a set of files, and touches only what differs [WS-1]', async () => {
    using root = temporaryDirectory();
    using outside = temporaryDirectory();
    const workspaces = new Workspaces(root.path);
    await workspaces.write('t1', [
      { path: 'same.js', content: 'same' },
      { path: 'changed.js', content: 'old' },
      { path: 'gone/deep/x.js', content: '' },
      { path: 'now-a-directory', content: '' },
    ]);
    const directory = workspaces.directoryOf('t1');
    symlinkSync(outside.path, join(directory, 'link'));
    mkdirSync(join(directory, 'now-a-file/below'), { recursive: true });
    const before = statSync(join(directory, 'same.js')).ino;
    const files = [
      { path: 'same.js', content: 'same' },
      { path: 'changed.js', content: 'new' },
      { path: 'now-a-directory/y.js', content: 'y' },
      { path: 'now-a-file', content: 'z' },
      { path: 'link/inside.js', content: 'i' },
    ];
    const changes = await workspaces.sync('t1', files);
    expect(changes.written).toEqual(['changed.js', 'now-a-directory/y.js', 'now-a-file', 'link/inside.js']);
    expect(changes.removed).toEqual(['gone/deep/x.js', 'link', 'now-a-directory']);
    expect(statSync(join(directory, 'same.js')).ino).toBe(before);
    expect(await workspaces.list('t1')).toEqual(files.map(({ path }) => path).sort());
    expect(readdirSync(outside.path)).toEqual([]);
    expect(existsSync(join(directory, 'gone'))).toBe(false);
    expect(await workspaces.sync('t1', files)).toEqual({ written: [], removed: [] });
  });

  it('shows a reader a whole file at any moment, and leaves no temporary file [WS-1]', async () => {
    using root = temporaryDirectory();
    const workspaces = new Workspaces(root.path);
    const contents = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await workspaces.write('t1', [{ path: 'f.txt', content: contents[0] ?? '' }]);
    const path = join(workspaces.directoryOf('t1'), 'f.txt');
    let writing = true;
    const seen = new Set<string>();
    const reading = (async () => {
      while (writing) {
        seen.add(readFileSync(path, 'utf8'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 20; round++) {
      await workspaces.write('t1', [{ path: 'f.txt', content: contents[round % 2] ?? '' }]);
    }
    writing = false;
    await reading;
    for (const content of seen) expect(contents.includes(content)).toBe(true);
    expect(readdirSync(workspaces.directoryOf('t1'))).toEqual(['f.txt']);
  });

  it('lets changes of one task wait for each other: the last one asked for stands [WS-1]', async () => {
    using root = temporaryDirectory();
    const workspaces = new Workspaces(root.path);
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        workspaces.sync('t1', [
          { path: `only-${index}.js`, content: String(index) },
          { path: 'shared.js', content: String(index) },
        ]),
      ),
    );
    expect(await workspaces.list('t1')).toEqual(['only-9.js', 'shared.js']);
    expect(await workspaces.read('t1', 'shared.js')).toBe('9');
  });

  it('says which directory cannot be used when the disk refuses', async () => {
    using root = temporaryDirectory();
    writeFileSync(join(root.path, 'file'), '');
    const workspaces = new Workspaces(join(root.path, 'file'));
    await expect(workspaces.write('t1', [{ path: 'a', content: '' }])).rejects.toMatchObject({
      code: 'WORKSPACE_UNAVAILABLE',
      kind: 'unavailable',
    });
  });
});
