import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWithGit, git, gitProject, writeFiles } from '../../../test/support/git-project.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { contentOf, describeContent, folderTask, openFolder } from './folder-task.ts';
import type { Choice, FolderContent } from './read-folder.ts';

async function read(path: string, choice: Choice = {}): Promise<FolderContent> {
  return contentOf(await openFolder(path), choice);
}

const pathsOf = ({ files }: FolderContent) => files.map(({ path }) => path).sort();
const reasonsOf = ({ leftOut }: FolderContent) => Object.fromEntries(leftOut.map(({ path, reason }) => [path, reason]));
// Put together here, so that it stands in no file.
const key = `ghp_${'a1B2'.repeat(9)}`;

/** The same files in a repository, where they are tracked, ignored or neither, and in a plain folder. */
function arrange(path: string): void {
  writeFiles(path, {
    'src/a.js': 'a\n',
    'my docs/ü.md': 'b\n',
    'empty.txt': '',
    'new.js': 'not tracked\n',
    '.gitignore': 'ignored.js\nlogs/\n',
    'ignored.js': '',
    'logs/today.txt': '',
    'logo.png': new Uint8Array([137, 80, 78, 71, 0]),
    'latin1.txt': new Uint8Array([0x66, 0xfc, 0x72]),
    'large.sql': 'x'.repeat(262_145),
    'largest.sql': 'x'.repeat(262_144),
    '.env': 'A=1',
    '.env.example': 'A=',
    'deploy/id_ed25519': 'k',
    'deploy/server.PEM': 'k',
    'config.js': `const token = '${key}';`,
    'what?.js': '',
  });
  symlinkSync('/etc/hosts', join(path, 'hosts'));
  symlinkSync('src', join(path, 'linked'));
  execFileSync('mkfifo', [join(path, 'pipe')]);
}

const texts = ['.env.example', '.gitignore', 'empty.txt', 'largest.sql', 'my docs/ü.md', 'new.js', 'src/a.js'];
const leftOut = {
  ...{ 'logo.png': 'binary', 'latin1.txt': 'binary', 'large.sql': 'too large', hosts: 'link', linked: 'link' },
  ...{ '.env': 'secret', 'deploy/id_ed25519': 'secret', 'deploy/server.PEM': 'secret', 'config.js': 'secret' },
  'what?.js': 'unusable name',
};

describeWithGit('the files of a folder that a task is given', () => {
  it('are in a repository the texts that git tracks or would track [CLI-1]', async () => {
    using project = gitProject({ 'src/a.js': 'a\n', 'gone.js': '', 'dir/b.js': 'b\n' });
    arrange(project.path);
    git(project.path, 'add', 'src', 'my docs', '.env', 'hosts', 'deploy');
    rmSync(join(project.path, 'gone.js'));
    using elsewhere = temporaryDirectory();
    writeFiles(elsewhere.path, { 'b.js': 'not of the project' });
    rmSync(join(project.path, 'dir'), { recursive: true });
    symlinkSync(elsewhere.path, join(project.path, 'dir'));
    const content = await read(project.path);
    expect(pathsOf(content)).toEqual(texts);
    expect(reasonsOf(content)).toEqual({ ...leftOut, 'gone.js': 'missing', 'dir/b.js': 'link', dir: 'link' });
  });

  it('are elsewhere what a walk finds, without what is ignored, installed or built [CLI-1]', async () => {
    using folder = temporaryDirectory();
    arrange(folder.path);
    writeFiles(folder.path, {
      ...{ 'node_modules/x/x.js': '', 'dist/a.js': '', '__pycache__/a.pyc': '', 'taskloom-x.patch': '' },
      ...{ 'sub/.gitignore': '!ignored.js\n*.tmp\n', 'sub/ignored.js': '', 'sub/a.tmp': '', 'a.tmp': '' },
    });
    const content = await read(folder.path);
    expect(pathsOf(content)).toEqual([...texts, 'a.tmp', 'sub/.gitignore', 'sub/ignored.js'].sort());
    expect(reasonsOf(content)).toEqual({ ...leftOut, pipe: 'not a file' });
  });

  it('can be chosen by patterns, and what was not asked for is not spoken of', async () => {
    using folder = temporaryDirectory();
    writeFiles(folder.path, { 'src/a.js': '', 'src/a.md': '', 'docs/b.js': '', 'c.js': '', '.env': '' });
    expect(pathsOf(await read(folder.path, { include: ['src'] }))).toEqual(['src/a.js', 'src/a.md']);
    expect(pathsOf(await read(folder.path, { include: ['*.js'], exclude: ['docs/'] }))).toEqual(['c.js', 'src/a.js']);
    expect((await read(folder.path, { exclude: ['.env'] })).leftOut).toEqual([]);
    await expect(read(folder.path, { include: ['nothing'] })).rejects.toThrow(/no file to give.*--include/);
  });

  it('are not more than a request takes: the error says where most are and how to choose [CLI-1]', async () => {
    using folder = temporaryDirectory();
    writeFiles(folder.path, Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`many/${index}`, ''])));
    await expect(read(folder.path)).rejects.toThrow(/1001 files.*1000.*many\/ 1001.*--include/);
    await expect(read(join(folder.path, 'missing'))).rejects.toThrow(/missing: there is no such directory/);
  });

  it('have roles: tests that can be run here must stay green, what belongs to tests is data [TK-4]', async () => {
    using folder = temporaryDirectory();
    writeFiles(folder.path, {
      ...{ 'src/a.js': '', 'src/b.js': '', 'src/b.test.js': "import test from 'node:test';", 'tool.py': '' },
      ...{
        'src/c.test.js': "import { test } from 'vitest';",
        'test/data.json': '{}',
        'test_tool.py': 'import unittest',
      },
      'spec/new.js': "import test from 'node:test';",
    });
    const rolesIn = async (options: Parameters<typeof folderTask>[1]) => {
      const opened = await openFolder(folder.path);
      const content = await contentOf(opened, {});
      const task = await folderTask('Change src/b.js', options, opened, content);
      const roles = Object.fromEntries((task.files ?? []).map(({ path, role }) => [path, role]));
      return { language: task.language, roles, first: task.files?.[0]?.path, words: describeContent(task, content) };
    };
    expect(await rolesIn({})).toEqual({
      language: 'javascript',
      first: 'src/b.js',
      words: '8 files (105 B, 2 of them tests)',
      roles: {
        ...{ 'src/a.js': 'source', 'src/b.js': 'source', 'src/b.test.js': 'regression', 'tool.py': 'source' },
        ...{ 'src/c.test.js': 'fixture', 'test/data.json': 'fixture', 'test_tool.py': 'fixture' },
        'spec/new.js': 'regression',
      },
    });
    const measured = await rolesIn({ language: 'python', test: ['spec/new.js'], file: ['tool.py:fixture'] });
    expect(measured).toMatchObject({
      language: 'python',
      roles: { 'test_tool.py': 'regression', 'src/b.test.js': 'fixture', 'spec/new.js': 'test', 'tool.py': 'fixture' },
    });
    await expect(rolesIn({ test: ['../x.js'] })).rejects.toThrow(/outside/);
  });
});
