import { isAbsolute, join, posix, relative, resolve, win32 } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkFiles, MAX_PATH_BYTES, MAX_SEGMENT_BYTES, safePath } from './safe-path.ts';
import { UnsafePathError } from './workspace.errors.ts';

/** Paths as an attacker would build them: out of pieces that mean something somewhere, and any text. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('..', '.', '', '/', '\\', 'C:', '\0', '~', 'NUL', 'con.txt', '.git', 'node_modules', '%2e%2e'),
      fc.constantFrom('a', 'src', 'é', 'e\u0301', 'ﬁ', ' ', '..\u200b', '．．', '\u202e', '\ud800', 'x'.repeat(300)),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .chain((parts) => fc.constantFrom('/', '', '\\').map((separator) => parts.join(separator)));

function accepted(path: string): string | null {
  try {
    return safePath(path);
  } catch (error) {
    if (error instanceof UnsafePathError) return null;
    throw error;
  }
}

describe('safePath', () => {
  it('resolves whatever it accepts inside of the root, on every system [WS-1]', () => {
    fc.assert(
      fc.property(hostile, (path) => {
        const safe = accepted(path);
        if (safe === null) return;
        for (const { root, flavour } of [
          { root: '/srv/tasks/t1', flavour: posix },
          { root: 'C:\\tasks\\t1', flavour: win32 },
        ]) {
          const inside = flavour.relative(root, flavour.resolve(root, safe));
          expect(inside).not.toBe('');
          expect(inside.split(flavour.sep)).not.toContain('..');
          expect(flavour.isAbsolute(inside)).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts its own answer and leaves it as it is [WS-1]', () => {
    const segment = fc.stringMatching(/^[a-zA-Z0-9é_\-[\]()]{1,20}$/);
    const paths = fc.array(fc.oneof(segment, fc.constant('.')), { minLength: 1, maxLength: 5 }).map((s) => s.join('/'));
    fc.assert(
      fc.property(fc.oneof(hostile, paths), (path) => {
        const safe = accepted(path);
        if (safe !== null) expect(safePath(safe)).toBe(safe);
      }),
    );
  });

  it('accepts the paths that people and models write [WS-1]', () => {
    for (const path of [
      'a.js',
      'src/a b/[id].test.ts',
      'tests/__init__.py',
      '.eslintrc',
      'a/.hidden',
      'größe.py',
      'CONSOLE.md',
    ]) {
      expect(safePath(path)).toBe(path.normalize('NFC'));
      const root = resolve('/srv/t1');
      expect(isAbsolute(relative(root, join(root, path)))).toBe(false);
    }
    expect(safePath('./src/./a.js')).toBe('src/a.js');
    expect(safePath('cafe\u0301.txt')).toBe('caf\u00e9.txt');
  });

  it.each([
    ['../a', "'..' would leave the workspace"],
    ['a/../../b', "'..' would leave the workspace"],
    ['/etc/passwd', 'it is absolute'],
    ['C:/windows', 'it begins with a drive letter'],
    ['c:a', 'it begins with a drive letter'],
    ['a\\b', 'it has a backslash'],
    ['a\0b', 'a control character stands in it'],
    ['a\nb', 'a control character stands in it'],
    ['a\u202eb', 'an invisible character stands in it'],
    ['.gi\u200bt/x', 'an invisible character stands in it'],
    ['\ud800', 'half of a surrogate pair stands in it'],
    ['', 'it is empty'],
    ['  ', 'it is empty'],
    ['.', 'it names no file'],
    ['a//b', "a segment between two '/' is empty"],
    ['a/', "a segment between two '/' is empty"],
    ['a./b', 'ends with a dot or a space'],
    ['a ', 'ends with a dot or a space'],
    ['NUL', 'NUL is the name of a device'],
    ['src/com1.txt', 'com1.txt is the name of a device'],
    ['aux .js', 'aux .js is the name of a device'],
    ['.git/config', '.git is reserved'],
    ['a/.GIT/config', '.GIT is reserved'],
    ['GIT~1/config', 'GIT~1 is reserved'],
    ['node_modules/x/index.js', 'node_modules is reserved'],
    ['ab:c', 'has one of the characters'],
    ['a?', 'has one of the characters'],
    ['é'.repeat(MAX_SEGMENT_BYTES / 2 + 1), `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`],
    ['ab/'.repeat(MAX_PATH_BYTES / 3 + 1) + 'c', `it is longer than ${MAX_PATH_BYTES} bytes`],
  ])('refuses %j and says why [WS-1]', (path, reason) => {
    expect(() => safePath(path)).toThrow(UnsafePathError);
    expect(() => safePath(path)).toThrow(reason);
  });

  it('shows the path in the error, cut where it is long [WS-1]', () => {
    expect(() => safePath('../secret')).toThrow('"../secret"');
    expect(() => safePath('x'.repeat(5000))).toThrow(/^.{1,400}$/);
  });
});

describe('checkFiles', () => {
  const check = (...paths: string[]) => checkFiles(paths.map((path) => ({ path })));

  it('finds nothing wrong with files that can lie beside each other [WS-1]', () => {
    expect(check('a', 'b/c', 'b/d', 'ab')).toEqual([]);
  });

  it('names each file that cannot be written, by its place [WS-1]', () => {
    expect(check('../a', 'b', '/c').map(({ path }) => path)).toEqual(['files[0].path', 'files[2].path']);
    expect(checkFiles([{ path: '..' }], 'modules')[0]?.path).toBe('modules[0].path');
  });

  it('finds two paths that are one file somewhere [WS-1]', () => {
    expect(check('a/b', './a/b')).toEqual([{ path: 'files[1].path', message: 'a/b is given twice' }]);
    expect(check('README', 'readme')[0]?.message).toBe('readme and README are one file where case is ignored');
    expect(check('caf\u00e9', 'cafe\u0301')[0]?.message).toBe('café is given twice');
    expect(check('straße', 'STRASSE')).toHaveLength(1);
  });

  it('finds a file where another needs a directory, in either order [WS-1]', () => {
    expect(check('a', 'a/b')[0]).toEqual({ path: 'files[1].path', message: 'a/b needs a directory where a is a file' });
    expect(check('a/b', 'A')[0]).toEqual({ path: 'files[1].path', message: 'A is a file where a/b needs a directory' });
  });
});
