import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { jsonLines, taskloom as ownProcess } from '../support/cli-process.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'note' | 'fault';
  readonly detail: string;
  readonly cure: string | null;
}

async function doctor(
  env: NodeJS.ProcessEnv,
  run = taskloom,
): Promise<{ exitCode: number | null; findings: Map<string, Finding> }> {
  const { exitCode, out } = await run(['doctor', '--json'], { env: { PORT: '0', ...env } });
  return { exitCode, findings: new Map(jsonLines<Finding>(out).map((finding) => [finding.check, finding])) };
}

describe('taskloom doctor', () => {
  it('finds nothing wrong where everything works [CLI-4]', async () => {
    using directory = temporaryDirectory();
    await using ollama = await FakeOllama.start({ respond: () => '' });
    const env = { DATA_DIR: join(directory.path, 'data'), LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url };
    const { exitCode, findings } = await doctor(env, ownProcess);
    expect([...findings.values()].filter(({ status }) => status === 'fault')).toEqual([]);
    expect([...findings.keys()]).toEqual([
      'node',
      'configuration',
      'sandbox',
      'models',
      'port',
      'database',
      'data directory',
      'disk',
    ]);
    expect(exitCode).toBe(0);
  });

  it('names the missing model with its pull line [CLI-4]', async () => {
    using directory = temporaryDirectory();
    await using ollama = await FakeOllama.start({ respond: () => '', models: ['qwen3:8b'] });
    const env = { DATA_DIR: directory.path, LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url };
    const { exitCode, findings } = await doctor(env);
    expect(findings.get('models')).toMatchObject({ status: 'fault', cure: 'ollama pull mistral:7b' });
    expect(exitCode).toBe(1);
  });

  it('tells our own server from another program on the port [CLI-4]', async () => {
    using directory = temporaryDirectory();
    await using server = await ServerProcess.start({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' });
    await using other = await FakeOllama.start({ respond: () => '' });
    const env = { DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' };
    const ours = await doctor({ ...env, PORT: new URL(server.url).port });
    expect(ours.findings.get('port')).toMatchObject({ status: 'ok', detail: expect.stringContaining('Taskloom') });
    const theirs = await doctor({ ...env, PORT: new URL(other.url).port });
    expect(theirs.findings.get('port')).toMatchObject({ status: 'fault', cure: expect.stringContaining('PORT') });
    expect(theirs.exitCode).toBe(1);
  });

  it('finds a data directory that cannot be one, and a wrong setting [CLI-4]', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'file');
    writeFileSync(file, '');
    const { findings } = await doctor({ DATA_DIR: file, LLM_PROVIDER: 'delegated' });
    expect(findings.get('data directory')).toMatchObject({ status: 'fault' });
    const wrong = await doctor({ MAX_QUEUE: 'many' });
    expect(wrong.findings.get('configuration')?.detail).toMatch(/MAX_QUEUE/);
    expect(wrong.exitCode).toBe(1);
  });
});
