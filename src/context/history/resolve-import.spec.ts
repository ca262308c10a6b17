import { describe, expect, it } from '@jest/globals';
import { libraryOf, resolveImport } from './resolve-import.ts';

const known = new Set(['src/a.ts', 'src/lib/index.ts', 'src/b.js', 'pkg/words.py', 'pkg/sub/__init__.py', 'top.py']);
const resolve = (from: string, importer: string) => resolveImport(from, importer, known);

describe('what an import means', () => {
  it.each([
    ['./a.ts', 'src/x.ts', 'src/a.ts'],
    ['./a.js', 'src/x.ts', 'src/a.ts'],
    ['../a', 'src/lib/x.ts', 'src/a.ts'],
    ['./lib', 'src/x.ts', 'src/lib/index.ts'],
    ['./b', 'src/x.ts', 'src/b.js'],
    ['.words', 'pkg/x.py', 'pkg/words.py'],
    ['..words', 'pkg/sub/x.py', 'pkg/words.py'],
    ['pkg.sub', 'pkg/x.py', 'pkg/sub/__init__.py'],
    ['top', 'pkg/sub/x.py', 'top.py'],
  ])('%s in %s is %s', (from, importer, path) => {
    expect(resolve(from, importer)).toBe(path);
  });

  it.each(['./absent', 'zod', '', '../../../../etc/passwd', '.'.repeat(5000)])('%s is no file of the task', (from) => {
    expect(resolve(from, 'src/x.ts')).toBeNull();
    expect(resolve(from, 'pkg/x.py')).toBeNull();
  });

  it('is a library where it is no path', () => {
    expect(['zod', 'lodash/map', '@scope/a/b', './a', '/a', ''].map(libraryOf)).toEqual([
      'zod',
      'lodash',
      '@scope/a',
      null,
      null,
      null,
    ]);
  });
});
