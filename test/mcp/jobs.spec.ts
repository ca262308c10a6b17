import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mcpClient, type McpClient } from '../support/mcp-client.ts';
import { request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Job {
  readonly job_id: string;
  readonly status: string;
  readonly result: unknown;
}

interface Approval {
  readonly approval_id: string;
  readonly hash: string;
  readonly status: string;
  readonly approved_by: readonly string[];
}

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await runServer();
  mcp = await mcpClient(server.url, '2026-07-28');
});
afterAll(async () => {
  await mcp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('jobs over MCP', () => {
  it('are started by plain words and waited for, and REST sees the same job [MCP-1, MCP-2, JB-12]', async () => {
    const { job_id } = await mcp.call<Job>('create_job', { request: 'what is three plus four times two' });
    const job = await mcp.call<Job>('get_job', { job_id, wait_ms: 20_000 });
    expect(job).toMatchObject({ status: 'done', result: { value: 11 }, waiting_for: null, error: null });
    expect((await request('GET', `${server.url}/jobs/${job_id}`)).body).toMatchObject({
      status: 'done',
      result: { value: 11 },
    });
  });

  it('ask for approval, which counts in the name of the client and only of what was seen [MCP-2, JB-8]', async () => {
    const steps = [{ id: 'pay', action: 'rpn', approvals: 1, params: { expression: '1 1 +' } }];
    const { job_id } = await mcp.call<Job>('create_job', { steps, job_id: 'asks' });
    const waiting = await mcp.call<Job>('get_job', { job_id, wait_ms: 20_000 });
    expect(waiting).toMatchObject({ status: 'running', waiting_for: { reason: 'awaitingApproval' } });
    const { approvals } = await mcp.call<{ approvals: readonly Approval[] }>('list_approvals');
    expect(approvals).toMatchObject([{ job_id, step: 'pay', params: { expression: '1 1 +' }, status: 'open' }]);
    const { approval_id = '', hash = '' } = approvals[0] ?? {};
    const decide = (given: object) => mcp.call<Approval>('decide_approval', { approval_id, ...given });
    await expect(decide({ decision: 'approve', hash: 'other' })).rejects.toThrow(/is not what is to run/);
    const decided = await decide({ decision: 'approve', hash });
    expect(decided).toMatchObject({ status: 'approved', approved_by: ['test-2026-07-28'] });
    expect(await mcp.call<Job>('get_job', { job_id, wait_ms: 20_000 })).toMatchObject({
      status: 'done',
      result: { value: 2 },
    });
  });

  it('are refused with what is wrong, and where [MCP-2]', async () => {
    const circle = ['a', 'b'].map((id, index) => ({ id, action: 'rpn', dependsOn: [index === 0 ? 'b' : 'a'] }));
    await expect(mcp.call('create_job', { steps: circle })).rejects.toThrow(/a → b → a|b → a → b/);
    await expect(mcp.call('create_job', {})).rejects.toThrow(/tasks/);
    await expect(mcp.call('get_job', { job_id: 'none' })).rejects.toThrow(/none/);
  });
});
