import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Cli } from '../../src/cli/cli.ts';
import { openFolder } from '../../src/cli/folder/folder-task.ts';
import { giveBack, type GiveBackOptions } from '../../src/cli/folder/give-back.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { taskloom } from '../support/cli-host.ts';
import { CliProcess, type CliOptions, jsonLines } from '../support/cli-process.ts';
import { type FakeChatRequest, FakeOllama } from '../support/fake-ollama.ts';
import { describeWithGit, git, gitProject, pictureOf, plantTraps, writeFiles } from '../support/git-project.ts';
import { eventsOf, outcomeOf } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

const slug = "export function slug(title) {\n  return title.replaceAll(' ', '-');\n}\n";
const better = "export function slug(title) {\n  return title.toLowerCase().replaceAll(' ', '-');\n}\n";
const testOf = (module: string, title: string, wanted: string) =>
  [
    "import assert from 'node:assert/strict';",
    "import test from 'node:test';",
    `import { slug } from '${module}';\n`,
    `test('${title}', () => assert.equal(slug('${title}'), '${wanted}'));\n`,
  ].join('\n');

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }\n',
  'src/slug.js': slug,
  'src/slug.test.js': testOf('./slug.js', 'a b', 'a-b'),
  // Red, as its library is not there in a sandbox.
  'src/other.test.js': "import 'node:test';\nimport 'some-library';\n",
  '.env': 'PASSWORD=correct-horse\n',
};

function answer({ messages }: FakeChatRequest): string {
  const [system = '', prompt = ''] = [messages[0]?.content, messages.at(-1)?.content];
  if (system.startsWith('You plan')) {
    const module = { path: 'src/slug.js', description: 'slug(title)', dependsOn: [], testCases: ['lower case'] };
    return JSON.stringify({ objective: 'lower case', language: 'javascript', modules: [module] });
  }
  if (system.startsWith('You write one test file')) {
    const [path = ''] = /src\/slug[-\w]*\.test\.js(?= imports)/.exec(prompt) ?? [];
    return JSON.stringify({ path, code: testOf('./slug.js', 'A B', 'a-b') });
  }
  return JSON.stringify({ path: 'src/slug.js', code: better });
}

const directory = temporaryDirectory();
let ollama: FakeOllama;
let server: ServerProcess;
const options = (cwd: string): CliOptions => ({ cwd, env: { TASKLOOM_URL: server.url } });
const cli = (cwd: string, ...parameters: string[]) => taskloom(parameters, options(cwd));

/** As `taskloom result`, without a process of its own. */
async function resultOf(taskId: string, path: string, ways: GiveBackOptions): Promise<string> {
  let out = '';
  const terminal = new Terminal({ write: (text) => (out += String(text)) }, { write: () => undefined });
  const noServer = () => Promise.reject(new Error('no server is started here'));
  const here = new Cli(terminal, {}, noServer);
  using client = here.connect(server.url);
  await giveBack(here, client, taskId, await openFolder(path), { ...ways, json: true });
  return out;
}

beforeAll(async () => {
  ollama = await FakeOllama.start({ respond: answer, parallel: 4 });
  const secrets = { SECRET_VALUES: 'known-to-the-server' };
  const model = { LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url, LLM_CONTEXT_TOKENS: '8192' };
  server = await ServerProcess.start({ DATA_DIR: directory.path, ...model, ...secrets });
});
afterAll(async () => {
  await server.kill('SIGTERM');
  await ollama.stop();
  directory[Symbol.dispose]();
});

describeWithGit('taskloom run --folder in a repository', () => {
  it('commits the result on a new branch, touches nothing else, and runs no code of the repository [CLI-1]', async () => {
    using folder = gitProject(files);
    const traps = plantTraps(folder.path);
    const before = pictureOf(folder.path);
    const { exitCode, out, err } = await cli(folder.path, 'run', 'Lower case', '--folder', '.', '--id', 'lower');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.stringContaining('left out: 1 secret') });
    expect(out).toMatch(/the project as it is: 1 of 2 tests red before any change/);
    expect(out).toMatch(/branch taskloom\/lower/);
    expect(traps.wereSprung()).toBe(false);
    expect(pictureOf(folder.path)).toEqual(before);
    const changed = git(folder.path, 'diff-tree', '-r', '--name-status', 'HEAD', 'taskloom/lower');
    expect(changed).toBe('A\tsrc/slug-2.test.js\nM\tsrc/slug.js\n');
    expect(git(folder.path, 'cat-file', 'blob', 'taskloom/lower:src/slug.js')).toBe(better);

    // What came since is not in the way: the branch begins where the task did.
    const head = git(folder.path, 'commit-tree', '-m', 'Two', '-p', 'HEAD', 'HEAD^{tree}').trim();
    git(folder.path, 'update-ref', 'HEAD', head);
    await resultOf('lower', folder.path, { branch: 'later' });
    expect(git(folder.path, 'merge-base', 'later', 'HEAD')).toBe(git(folder.path, 'rev-parse', 'HEAD~1'));
  });

  it('keeps the tests that were green, has new ones written, and shows models what is there [TK-4]', async () => {
    const events = await eventsOf(server.url, 'lower');
    const runs = events.filter(({ eventType }) => eventType === 'TEST_STARTED').map(({ data }) => data.files);
    const tests = ['src/slug.test.js', 'src/slug-2.test.js'];
    expect(runs).toEqual([['src/other.test.js', 'src/slug.test.js'], ['src/slug.test.js'], tests, tests]);
    const asked = ollama.chats.map(({ messages }) => messages?.at(-1)?.content ?? '');
    expect(asked.filter((prompt) => prompt.includes('src/slug.js as it is now'))).toHaveLength(2);
    expect(asked.filter((prompt) => prompt.includes('Tests that exist: they stay'))).toHaveLength(1);
    expect(asked.join()).not.toContain('correct-horse');
  });

  it('gives the result of a task that is over again, as a patch or into the files [CLI-1]', async () => {
    using folder = gitProject(files);
    const printed = await cli(folder.path, 'result', 'lower', '--patch', '-');
    execFileSync('git', ['-C', folder.path, 'apply', '--check'], { input: printed.out });
    expect(jsonLines(await resultOf('lower', folder.path, { apply: true }))).toEqual([
      {
        type: 'FOLDER_RESULT',
        taskId: 'lower',
        changes: [
          { path: 'src/slug-2.test.js', kind: 'added' },
          { path: 'src/slug.js', kind: 'changed' },
        ],
        applied: true,
      },
    ]);
    expect(readFileSync(join(folder.path, 'src/slug.js'), 'utf8')).toBe(better);
  });

  it('leaves the folder as it is when it is killed in the middle, and the result can still be had [CLI-1]', async () => {
    using folder = gitProject(files);
    const before = pictureOf(folder.path);
    const asked = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    ollama.respond = (request) => {
      asked.resolve();
      return { text: answer(request), beforeFirstToken: () => mayAnswer.promise };
    };
    try {
      const parameters = ['run', 'Lower case', '--folder', '.', '--id', 'killed', '--apply'];
      await using running = new CliProcess(parameters, options(folder.path));
      await asked.promise;
      running.kill('SIGKILL');
      await running.ended;
      expect(pictureOf(folder.path)).toEqual(before);
      await expect(resultOf('killed', folder.path, { apply: true })).rejects.toThrow(/only a completed task/);
    } finally {
      mayAnswer.resolve();
      ollama.respond = answer;
    }
    await outcomeOf(server.url, 'killed');
    await resultOf('killed', folder.path, { patch: join(folder.path, 'killed.patch') });
    git(folder.path, 'apply', 'killed.patch');
    expect(readFileSync(join(folder.path, 'src/slug.js'), 'utf8')).toBe(better);
  });
});

describeWithGit('taskloom run --folder elsewhere', () => {
  it('gives a patch, and takes a test as the measure where one is named [TK-4, CLI-1]', async () => {
    using folder = temporaryDirectory();
    writeFiles(folder.path, { ...files, 'spec/lower.js': testOf('../src/slug.js', 'A B', 'a-b') });
    const parameters = ['--test', 'spec/lower.js', '--module', 'src/slug.js', '--id', 'measured', '--json'];
    const { exitCode, out } = await cli(folder.path, 'run', 'Lower case', '--folder', '.', ...parameters);
    expect(exitCode).toBe(0);
    const [read, ...messages] = jsonLines(out);
    expect(read).toEqual({ type: 'FOLDER_READ', files: 5, leftOut: [{ path: '.env', reason: 'secret' }] });
    const runs = messages
      .filter(({ type }) => type === 'TEST_STARTED')
      .map(({ data }) => (data as { files: [] }).files);
    const all = ['spec/lower.js', 'src/slug.test.js'];
    expect(runs).toEqual([['src/other.test.js', 'src/slug.test.js'], ['src/slug.test.js'], all, all]);
    expect(messages.at(-1)).toEqual({
      type: 'FOLDER_RESULT',
      taskId: 'measured',
      changes: [{ path: 'src/slug.js', kind: 'changed' }],
      patch: join(folder.path, 'taskloom-measured.patch'),
    });
    git(folder.path, 'apply', 'taskloom-measured.patch');
    expect(readFileSync(join(folder.path, 'src/slug.js'), 'utf8')).toBe(better);
  });

  it('gives no file that would come back without its secrets [CLI-1]', async () => {
    using folder = temporaryDirectory();
    writeFiles(folder.path, { 'a.js': "export const word = 'known-to-the-server';\n" });
    const { exitCode, err } = await cli(folder.path, 'run', 'x', '--folder', '.', '--id', 'secret');
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringMatching(/secrets out of a\.js.*--exclude/) });
    expect(await outcomeOf(server.url, 'secret')).toMatchObject({ status: 'cancelled' });
  });

  it('says what to do where the files are too much for the server [CLI-1]', async () => {
    using folder = temporaryDirectory();
    const many = Array.from({ length: 24 }, (_, index) => [`data/${index}.txt`, 'x'.repeat(200_000)]);
    writeFiles(folder.path, Object.fromEntries(many) as Record<string, string>);
    const { exitCode, err } = await cli(folder.path, 'run', 'x', '--folder', '.');
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringMatching(/24 files.*--exclude.*BODY_MAX_BYTES/),
    });
  });
});
