import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, jest } from '@jest/globals';
import type { AuditEntry } from '../../src/audit/index.ts';
import { taskloom } from '../support/cli-process.ts';
import { eventually, request } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

jest.setTimeout(90_000);

const job = (jobId: string) => ({ jobId, tasks: [{ id: 'a', action: 'rpn', params: { expression: '1 1 +' } }] });

async function exported(url: string, query = ''): Promise<readonly AuditEntry[]> {
  const text = await (await fetch(`${url}/audit/export?${query}`)).text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEntry);
}

describe('the audit log of a server that is killed', () => {
  it('is whole, also when its index is lost, and reads the same on the terminal [PL-5, CLI-1]', async () => {
    using directory = temporaryDirectory();
    const environment = { DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' };
    await using server = await ServerProcess.start(environment);
    const accepted: string[] = [];
    let killed: Promise<unknown> | undefined;
    const submitting = Array.from({ length: 40 }, async (_, index) => {
      const answer = await request('POST', `${server.url}/jobs`, job(`j${index}`)).catch(() => null);
      if (answer?.status === 201) accepted.push(`j${index}`);
      // In the middle of it all.
      if (accepted.length === 10) await (killed ??= server.kill());
    });
    await Promise.all(submitting);
    await server.start();
    expect(accepted.length).toBeGreaterThanOrEqual(10);
    await eventually(
      () => request<{ jobs: { status: string }[] }>('GET', `${server.url}/jobs?limit=200`),
      ({ body }) => body.jobs.every(({ status }) => status === 'done'),
    );
    const entries = await exported(server.url);
    const created = entries.filter(({ action }) => action === 'job.created').map(({ subject }) => subject);
    expect(created).toEqual(expect.arrayContaining(accepted));
    expect(new Set(created).size).toBe(created.length);
    for (const action of ['step.assigned', 'step.done', 'job.done']) {
      const subjects = entries.filter((each) => each.action === action).map(({ subject }) => subject);
      expect([action, [...new Set(subjects)].sort()]).toEqual([action, [...created].sort()]);
    }

    await server.kill();
    const database = new DatabaseSync(join(directory.path, 'taskloom.db'));
    database.exec("DELETE FROM audit_index WHERE sequence % 2 = 0; UPDATE audit_cursor SET rules = 'others'");
    database.close();
    await server.start();
    expect(await exported(server.url)).toEqual(entries);

    const command = (...parameters: string[]) => taskloom(['audit', ...parameters, '--server', server.url]);
    const shown = await command('--job', String(accepted[0]), '--action', 'job', '--json');
    const lines = shown.out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as AuditEntry).action)).toEqual(['job.done', 'job.created']);
    expect((await command('--limit', '3')).out).toMatch(/when +who +by +what/);
    const file = join(directory.path, 'audit.csv');
    expect(await command('--export', 'csv', '--out', file)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(file, 'utf8').trimEnd().split('\r\n')).toHaveLength(entries.length + 1);
    expect(await command('--export', 'csv', '--out', file)).toMatchObject({ exitCode: 2 });
    expect((await command('--export', 'ndjson', '--who', 'nobody')).out).toBe('');
    expect(await command('--action', 'nothing')).toMatchObject({ exitCode: 1, err: expect.stringContaining('action') });
  });
});
