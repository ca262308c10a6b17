import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { taskRequest } from './task-request.ts';

describe('taskRequest', () => {
  const project = temporaryDirectory();
  const before = process.cwd();

  beforeAll(() => {
    mkdirSync(join(project.path, 'spec'));
    writeFileSync(join(project.path, 'spec/a.test.js'), 'test\n');
    writeFileSync(join(project.path, 'data.bin'), Buffer.from([0xff, 0xfe, 0x00]));
    process.chdir(project.path);
  });
  afterAll(() => {
    process.chdir(before);
    project[Symbol.dispose]();
  });

  it('asks for nothing that was not said [CLI-1]', async () => {
    expect(await taskRequest('Build it', {})).toEqual({ prompt: 'Build it' });
  });

  it('takes files with their roles, modules with what they need, and the rest [CLI-1]', async () => {
    const request = await taskRequest('Build it', {
      test: ['./spec/a.test.js'],
      file: ['spec/a.test.js:fixture'],
      module: ['src/b.js:src/a.js,src/c.js', 'src/a.js'],
      language: 'javascript',
      priority: '10',
      id: 'mine',
      maxIterations: '3',
    });
    expect(request).toEqual({
      prompt: 'Build it',
      files: [
        { path: 'spec/a.test.js', content: 'test\n', role: 'fixture' },
        { path: 'spec/a.test.js', content: 'test\n', role: 'test' },
      ],
      modules: [
        { path: 'src/b.js', dependsOn: ['src/a.js', 'src/c.js'] },
        { path: 'src/a.js', dependsOn: [] },
      ],
      language: 'javascript',
      priority: 10,
      taskId: 'mine',
      limits: { maxIterations: 3 },
    });
  });

  it.each([
    [{ test: ['missing.js'] }, 'missing.js cannot be given'],
    [{ file: ['../outside.js'] }, 'outside the working directory'],
    [{ file: ['/etc/hosts'] }, 'outside the working directory'],
    [{ file: ['spec/a.test.js:secret'] }, 'one of source, test, regression, fixture'],
    [{ file: ['data.bin'] }, 'data.bin cannot be given'],
    [{ maxIterations: '0' }, 'whole number from 1'],
  ])('refuses %j', async (options, problem) => {
    await expect(taskRequest('Build it', options)).rejects.toThrow(problem);
  });
});
