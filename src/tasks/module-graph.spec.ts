import { describe, expect, it } from '@jest/globals';
import type { PlannedModule } from '../events/index.ts';
import { findCircle, moduleGraphIssues, transitiveDependencies } from './module-graph.ts';
import { testPathOf, testsByModule } from './module-tests.ts';

const module = (path: string, ...dependsOn: string[]): PlannedModule => ({ path, description: '', dependsOn });
const testFile = (path: string, content = '') => ({ path, content, role: 'test' as const });

describe('the modules of a plan', () => {
  it('are refused with the circle they would form', () => {
    const modules = [module('a.js', 'b.js'), module('b.js', 'c.js'), module('c.js', 'a.js'), module('d.js')];
    expect(findCircle(modules)).toEqual(['a.js', 'b.js', 'c.js', 'a.js']);
    expect(moduleGraphIssues(modules)).toEqual([
      { path: 'modules', message: 'modules depend on each other in a circle: a.js → b.js → c.js → a.js' },
    ]);
    expect(findCircle([module('a.js', 'a.js')])).toEqual(['a.js', 'a.js']);
  });

  it('are refused when one stands twice or depends on an unknown one', () => {
    expect(moduleGraphIssues([module('a.js'), module('a.js'), module('b.js', 'x.js')])).toEqual([
      { path: 'modules[1].path', message: 'a.js stands in the list twice' },
      { path: 'modules[2].dependsOn', message: 'b.js depends on x.js, which is no module of the list' },
    ]);
  });

  it('may share dependencies', () => {
    const diamond = [
      module('top.js', 'left.js', 'right.js'),
      module('left.js', 'base.js'),
      module('right.js', 'base.js'),
      module('base.js'),
    ];
    expect(moduleGraphIssues(diamond)).toEqual([]);
    expect([...transitiveDependencies(diamond, 'top.js')].sort()).toEqual(['base.js', 'left.js', 'right.js']);
  });
});

describe('test files', () => {
  it('belong to the module they are named after or import', () => {
    const modules = [module('src/words.js'), module('src/count.js', 'src/words.js'), module('lib/anagram.py')];
    const tests = testsByModule(modules, [
      testFile('src/words.test.js'),
      testFile(
        'spec/thing.test.ts',
        "import { count } from '../src/count.js';\nimport { words } from '../src/words.js';",
      ),
      testFile('anagram_test.py'),
      testFile('tests/all.py', 'from lib.anagram import is_anagram'),
      testFile('tests/other.py', 'import unittest'),
    ]);
    expect(Object.fromEntries(tests)).toEqual({
      'src/words.js': ['src/words.test.js'],
      'src/count.js': ['spec/thing.test.ts'],
      'lib/anagram.py': ['anagram_test.py', 'tests/all.py'],
    });
  });

  it('all belong to the only module there is', () => {
    expect(Object.fromEntries(testsByModule([module('a.js')], [testFile('x.js'), testFile('y.js')]))).toEqual({
      'a.js': ['x.js', 'y.js'],
    });
  });

  it('run with the last module they need, whatever the order of their imports', () => {
    const modules = [module('a.js'), module('b.js', 'a.js'), module('c.js', 'b.js')];
    const both = testFile('both.test.js', "import './c.js'; import './a.js'; import './b.js';");
    expect(Object.fromEntries(testsByModule(modules, [both]))).toEqual({ 'c.js': ['both.test.js'] });
  });

  it('are told apart by whole names and by where they import from', () => {
    const modules = [module('src/my-words.js'), module('src/words.js'), module('a/index.js'), module('b/index.js')];
    const tests = testsByModule(modules, [
      testFile('spec/one.js', "import { x } from '../src/my-words.js';"),
      testFile('spec/two.js', "const { x } = require('../a/index');"),
      testFile('spec/three.js', "const b = await import('../b/index.js');"),
      testFile('spec/four.js', "import './words.js';\n// from '../src/words.js' is only spoken of"),
    ]);
    expect(Object.fromEntries(tests)).toEqual({
      'src/my-words.js': ['spec/one.js'],
      'a/index.js': ['spec/two.js'],
      'b/index.js': ['spec/three.js'],
    });
    const python = [module('pkg/words.py'), module('pkg/my_words.py'), module('top.py')];
    const pythonTests = testsByModule(python, [
      testFile('t/one.py', 'from pkg.my_words import words_of'),
      testFile('t/two.py', 'from pkg import (words)'),
      testFile('t/three.py', 'import os, top as module_under_test'),
    ]);
    expect(Object.fromEntries(pythonTests)).toEqual({
      'pkg/my_words.py': ['t/one.py'],
      'pkg/words.py': ['t/two.py'],
      'top.py': ['t/three.py'],
    });
  });

  it('run with the whole suite only when they need modules that are built side by side', () => {
    const modules = [module('a.js'), module('b.js')];
    const both = testFile('both.test.js', "import './a.js'; import './b.js';");
    expect(Object.fromEntries(testsByModule(modules, [both]))).toEqual({});
  });

  it('of a model stand beside the module', () => {
    expect(testPathOf('src/word-count.ts')).toBe('src/word-count.test.ts');
    expect(testPathOf('pkg/anagram.py')).toBe('pkg/test_anagram.py');
  });
});
