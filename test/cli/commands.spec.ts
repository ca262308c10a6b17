import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { CliProcess, type CliOptions, jsonLines, taskloom as ownProcess } from '../support/cli-process.ts';
import { eventually } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

const sample = fileURLToPath(new URL('../../examples/text-statistics/', import.meta.url));
const { prompt } = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')) as { prompt: string };
const plan = readFileSync(join(sample, 'answers/plan.json'), 'utf8');

/** Where nobody listens: the port was free a moment ago. */
async function deserted(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return `http://127.0.0.1:${address.port}`;
}

describe('taskloom against a server that replays the sample', () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;
  const to = (options: CliOptions) => ({ ...options, env: { TASKLOOM_URL: server.url, ...options.env } });
  const cli = (parameters: string[], options: CliOptions = {}) => taskloom(parameters, to(options));

  beforeAll(async () => {
    const LLM_RECORDING = join(sample, 'recording.jsonl');
    server = await ServerProcess.start({ DATA_DIR: directory.path, LLM_PROVIDER: 'replay', LLM_RECORDING });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    directory[Symbol.dispose]();
  });

  it('runs a task, follows it, and ends with 0 when it is completed [CLI-1]', async () => {
    const { exitCode, out } = await ownProcess(
      ['run', prompt, '--language', 'javascript', '--id', 'statistics'],
      to({}),
    );
    expect(out).toMatch(/task statistics: Write a small text statistics library/);
    expect(out).toMatch(/completed: 4 modules/);
    expect(exitCode).toBe(0);
  });

  it('ends with 1 when the task fails, and prints messages that are JSON [CLI-1]', async () => {
    const { exitCode, out } = await ownProcess(
      ['run', '-', '--json', '--id', 'unknown'],
      to({ input: 'Something unrecorded' }),
    );
    const messages = jsonLines<{ type: string; taskId: string; data: { code?: string } }>(out);
    expect(messages.at(-1)).toMatchObject({ type: 'TASK_FAILED', data: { code: 'LLM_RECORDING_MISS' } });
    expect(exitCode).toBe(1);
  });

  it('watches a task that is over from its beginning, or from where you say [CLI-1]', async () => {
    const whole = await cli(['watch', 'statistics', '--json']);
    const sequences = jsonLines<{ streamSequence: number }>(whole.out).map((message) => message.streamSequence);
    expect(whole.exitCode).toBe(0);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    const rest = await cli(['watch', 'statistics', '--after', String(sequences.length - 1), '--json']);
    expect(jsonLines(rest.out)).toHaveLength(1);
  });

  it('lists tasks, shows one, and prints its events, for people and as JSON [CLI-1]', async () => {
    const [list, shown, history] = await Promise.all([
      cli(['tasks', '--json']),
      cli(['show', 'statistics', '--json']),
      cli(['events', 'statistics', '--json']),
    ]);
    expect(jsonLines(list.out).map((task) => task.taskId)).toEqual(['unknown', 'statistics']);
    expect(jsonLines(shown.out)).toEqual([expect.objectContaining({ taskId: 'statistics', status: 'completed' })]);
    const events = jsonLines(history.out);
    expect(events.at(-1)).toMatchObject({ eventType: 'TASK_COMPLETE', streamSequence: events.length });

    const [table, text, lines] = await Promise.all([
      cli(['tasks', '--status', 'completed']),
      cli(['show', 'statistics']),
      cli(['events', 'statistics', '--limit', '3']),
    ]);
    expect(table.out).toMatch(/^statistics +completed +100 %/m);
    expect(text.out).toMatch(/^src\/words\.js +\S+ +2 +6 passed, 0 failed$/m);
    expect(lines.out.trimEnd().split('\n')).toHaveLength(3);
  });

  it('shows a plan, writes it as Markdown, and runs a task by what was edited [CLI-1, EP-4]', async () => {
    using directory = temporaryDirectory();
    const [shown, markdown] = await Promise.all([
      cli(['plan', 'statistics']),
      cli(['plan', 'statistics', '--markdown']),
    ]);
    expect(shown.out).toMatch(/^src\/frequency\.js +src\/words\.js +Exports frequency/m);
    expect(markdown.out).toMatch(/^## Implementation Plan: Text statistics$/m);
    writeFileSync(join(directory.path, 'plan.md'), markdown.out);
    writeFileSync(join(directory.path, 'bad.json'), '{');
    const cwd = directory.path;
    const run = await cli(['run', 'By a plan', '--plan', 'plan.md', '--id', 'by-plan', '--detach'], { cwd });
    expect(run).toMatchObject({ exitCode: 0, out: 'by-plan\n' });
    await cli(['watch', 'by-plan']);
    const [again, bad] = await Promise.all([
      cli(['plan', 'by-plan', '--json']),
      cli(['run', 'By a plan', '--plan', 'bad.json'], { cwd }),
    ]);
    expect(jsonLines(again.out)).toMatchObject([{ document: { title: 'Text statistics' } }]);
    expect(bad).toMatchObject({ exitCode: 2, err: expect.stringContaining('bad.json cannot be read as a plan') });
  });

  it('writes the files of any version into a directory, and overwrites nothing unasked [CLI-1]', async () => {
    using result = temporaryDirectory();
    const env = ['--out', 'result', '--version', '1'];
    const first = await cli(['files', 'statistics', ...env], { cwd: result.path });
    expect(first.exitCode).toBe(0);
    const latest = await cli(['files', 'statistics', '--out', 'result'], { cwd: result.path });
    expect(latest.exitCode).toBe(2);
    expect(latest.err).toMatch(/--force/);
    const forced = await cli(['files', 'statistics', '--out', 'result', '--force'], { cwd: result.path });
    expect(forced.exitCode).toBe(0);
    const words = readFileSync(join(result.path, 'result/src/words.js'), 'utf8');
    expect(words).toBe(readFileSync(join(sample, 'answers/src/words.correction-2.js'), 'utf8'));
  });

  it('shows versions, patches and an archive of the code, and why a line is there [TK-11, CLI-1]', async () => {
    using place = temporaryDirectory();
    const [table, patch, stat, line, unknown, brief, packed] = await Promise.all([
      cli(['versions', 'statistics']),
      cli(['diff', 'statistics', '--to', '1']),
      cli(['diff', 'statistics', '--from', '1', '--stat']),
      cli(['explain', 'statistics', 'src/words.js:1']),
      cli(['explain', 'statistics', 'src/words.js:9999', '--json']),
      cli(['brief', 'statistics', 'src/words.js', '--tokens', '2000', '--parts']),
      cli(['files', 'statistics', '--archive', 'x.tar.gz', '--version', '1'], { cwd: place.path }),
    ]);
    expect(table.out).toMatch(/^1 +\d+ +[\d-]+ [\d:]+ +generated +\S+\.js +[0-9a-f]{12}$/m);
    expect(patch.out).toMatch(/^diff --git a\/\S+ b\/\S+\nnew file mode 100644\nindex 0{40}\.\./);
    expect(stat.out).toMatch(/^code version 1 to \d+: \d+ files$/m);
    expect(line.out).toMatch(/^call +(GenerateModule|CorrectModule) \(executor\), answered by replay/m);
    expect(line.out).toMatch(/^causes +1 TASK_CREATED → /m);
    expect(jsonLines(unknown.err)).toMatchObject([{ error: { code: 'LINE_NOT_FOUND' } }]);
    expect(brief.out).toMatch(/^tokens +\d+ of 2000 \(estimated\)$/m);
    expect(brief.out).toMatch(/^in +\d+ +code of src\/words\.js +what is to be changed$/m);
    expect(packed.exitCode).toBe(0);
    const names = spawnSync('tar', ['tzf', 'x.tar.gz'], { cwd: place.path }).stdout.toString();
    expect(names).toMatch(/^statistics-v1\/\S+\.js$/m);
  });

  it('forks a task, replays its decisions, and tells where the two part [OR-33, CLI-1]', async () => {
    const events = jsonLines((await cli(['events', 'statistics', '--json'])).out);
    const at = Number(events.findLast(({ eventType }) => eventType === 'TEST_STARTED')?.streamSequence);
    const forked = await cli(['fork', 'statistics', '--at', String(at), '--id', 'branch', '--priority', 'HIGH']);
    expect(forked).toMatchObject({ exitCode: 0, out: `branch is a fork of statistics after event ${at}\n` });
    const watched = await cli(['watch', 'branch']);
    expect(watched).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining(`forked from statistics after its event ${at}`),
    });

    expect((await cli(['show', 'branch'])).out).toContain(`fork of   statistics after event ${at}\n`);
    const [steps, some, compared, same, asJson] = await Promise.all([
      cli(['replay', 'statistics']),
      cli(['replay', 'statistics', '--after', '1', '--limit', '2', '--json']),
      cli(['compare', 'statistics', 'branch', '--json']),
      cli(['compare', 'branch', 'branch']),
      cli(['fork', 'statistics', '--at', '2', '--as', 'ada', '--json']),
    ]);
    const lines = steps.out.trimEnd().split('\n');
    expect(lines).toHaveLength(events.length);
    expect(lines[0]).toMatch(/^ +1 +v0 +TASK_CREATED +act +start$/);
    expect(lines.at(-1)).toMatch(/TASK_COMPLETE +done +completed$/);
    expect(jsonLines(some.out).map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(jsonLines(compared.out)).toMatchObject([
      { kind: 'type', samePrefix: at, otherEvent: { eventType: 'TASK_FORKED' } },
    ]);
    expect(same.out).toMatch(/^the same: the first \d+ events, which is all of both\n$/);
    expect(jsonLines(asJson.out)).toMatchObject([{ forkedFrom: { taskId: 'statistics', sequence: 2 } }]);

    const over = await cli(['fork', 'statistics']);
    expect(over).toMatchObject({ exitCode: 1, out: '' });
    expect(over.err).toMatch(new RegExp(`give 1 to ${events.length - 1}\\.`));
  });

  it('says that there is no such task, with 1 [CLI-1]', async () => {
    const { exitCode, err, out } = await ownProcess(['show', 'nothing'], to({}));
    expect({ exitCode, out, lines: err.trimEnd().split('\n').length }).toEqual({ exitCode: 1, out: '', lines: 1 });
    const asJson = await cli(['watch', 'nothing', '--json']);
    expect(asJson.exitCode).toBe(1);
    expect(jsonLines(asJson.err)).toEqual([{ error: expect.objectContaining({ code: 'TASK_NOT_FOUND' }) }]);
  });
});

describe('taskloom against a server without a model', () => {
  const directory = temporaryDirectory();
  let server: ServerProcess;
  const options = () => ({ env: { TASKLOOM_URL: server.url } });

  beforeAll(async () => {
    server = await ServerProcess.start({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    directory[Symbol.dispose]();
  });

  it('leaves a task on Ctrl-C, which goes on, and says how to follow it again [CLI-1]', async () => {
    await using watching = new CliProcess(['run', 'Build something', '--id', 'left'], options());
    await watching.printed(/waits for somebody to answer/);
    watching.kill('SIGINT');
    const { exitCode, err } = await watching.ended;
    expect(exitCode).toBe(130);
    expect(err).toContain('taskloom watch left');
    const { out } = await taskloom(['show', 'left', '--json'], options());
    expect(jsonLines(out)[0]).toMatchObject({ status: 'awaitingModel' });
    expect((await taskloom(['show', 'left'], options())).out).toMatch(/^waits for +model: .*answer/m);
  });

  it('answers the question of a task by hand [LM-7, CLI-1]', async () => {
    await taskloom(['run', 'Count words', '--language', 'javascript', '--id', 'by-hand', '--detach'], options());
    await taskloom(['cancel', 'left', '--reason', 'first in line'], options());
    const listed = await eventually(
      async () => jsonLines((await taskloom(['work', 'list', '--json'], options())).out),
      (items) => items.length > 0,
    );
    expect(listed).toEqual([expect.objectContaining({ kind: 'PlanTask', taskId: 'by-hand', claimedBy: null })]);

    const claimed = await taskloom(['work', 'claim', '--as', 'ada', '--wait', '10', '--json'], options());
    const [item] = jsonLines<{ id: string; leaseToken: string }>(claimed.out);
    const lease = ['--lease', item?.leaseToken ?? ''];
    const wrong = await taskloom(['work', 'answer', item?.id ?? '', ...lease], {
      ...options(),
      input: '{"no": "plan"}',
    });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.err).toContain('modules');
    const right = await taskloom(['work', 'answer', item?.id ?? '', ...lease], { ...options(), input: plan });
    expect(right).toMatchObject({ exitCode: 0, err: '' });

    await using watching = new CliProcess(['watch', 'by-hand'], options());
    await watching.printed(/plan: 4 modules/);
    watching.kill('SIGINT');
    expect((await watching.ended).exitCode).toBe(130);
  });

  it('ends the watching with 1 when the task is cancelled [CLI-1]', async () => {
    await using watching = new CliProcess(['watch', 'by-hand'], options());
    await watching.printed(/waits for somebody to answer/);
    const cancelled = await taskloom(['cancel', 'by-hand'], options());
    expect(cancelled.out).toContain('is cancelled');
    expect((await watching.ended).exitCode).toBe(1);
  });

  it('creates a task on behalf of whom you name [CLI-1, OR-5]', async () => {
    await taskloom(['run', 'Words', '--as', 'ada', '--id', 'of-ada', '--detach'], options());
    const { out } = await taskloom(['events', 'of-ada', '--json'], options());
    expect(jsonLines<{ eventType: string; data: object }>(out)[0]).toMatchObject({
      eventType: 'TASK_CREATED',
      data: { submitter: 'ada' },
    });
  });

  it('gives files to a task under the paths they have [CLI-1]', async () => {
    using project = temporaryDirectory();
    mkdirSync(join(project.path, 'spec'));
    writeFileSync(join(project.path, 'spec/slug.test.js'), "import '../src/slug.js';\n");
    const parameters = ['run', 'Slugs', '--test', 'spec/slug.test.js', '--module', 'src/slug.js', '--detach', '--json'];
    const { out } = await taskloom(parameters, { ...options(), cwd: project.path });
    const [{ taskId } = { taskId: '' }] = jsonLines<{ taskId: string }>(out);
    const files = jsonLines<{ files: object[] }>((await taskloom(['files', taskId, '--json'], options())).out);
    expect(files[0]?.files).toEqual([expect.objectContaining({ path: 'spec/slug.test.js', role: 'test' })]);
  });
});

describe('taskloom without a server', () => {
  it('says how to start one, with 2 [CLI-1]', async () => {
    const { exitCode, err } = await ownProcess(['tasks', '--server', await deserted()]);
    expect(exitCode).toBe(2);
    expect(err.trimEnd().split('\n')).toEqual([expect.stringMatching(/127\.0\.0\.1:\d+.*taskloom serve/)]);
  });

  it('does not wait for a server that is not there before it runs anything', async () => {
    const nowhere = await deserted();
    expect((await taskloom(['run', 'x', '--server', nowhere])).exitCode).toBe(2);
    expect((await taskloom(['watch', 'x', '--server', nowhere])).exitCode).toBe(2);
  });

  it.each([
    ['no prompt', ['run']],
    ['a blank prompt', ['run', '  ']],
    ['an unknown command', ['weave']],
    ['an unknown option', ['tasks', '--colour']],
    ['a name that no header can carry', ['run', 'x', '--as', '日本']],
    ['a file outside', ['run', 'x', '--file', '/etc/hosts']],
    ['a file that is missing', ['run', 'x', '--test', 'missing.test.js']],
    ['an unknown role', ['run', 'x', '--file', 'package.json:secret']],
    ['a number that is none', ['tasks', '--limit', 'many']],
    ['an event that is none', ['fork', 'x', '--at', 'the end']],
    ['a submitter that no header carries', ['fork', 'x', '--as', 'a b']],
    ['a step that is none', ['replay', 'x', '--after', '-1']],
    ['one task to compare', ['compare', 'x']],
    ['a version that is none', ['diff', 'x', '--from', 'first']],
    ['bytes among JSON', ['files', 'x', '--archive', '-', '--json']],
    ['a URL that is none', ['tasks', '--server', 'not a url']],
  ])('ends with 2 for %s [CLI-1]', async (_what, parameters) => {
    const { exitCode, err, out } = await taskloom(parameters);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).not.toMatch(/at \S+ \(|node:internal/);
  });

  it('helps with examples and exit codes [CLI-1]', async () => {
    const { exitCode, out } = await ownProcess(['--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Examples:\n {2}\$ taskloom/);
    expect(out).toMatch(/Exit codes:/);
    expect((await taskloom(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const run = await taskloom(['run', '--help']);
    expect(run.out).toMatch(/\$ taskloom run "/);
  });
});
