import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BareAgent } from '../support/bare-agent.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { eventually, request, type WireEvent } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

let ollama: FakeOllama;
let server: TestServer;
let agents: readonly BareAgent[];
let answer = '';

beforeAll(async () => {
  ollama = await FakeOllama.start({ respond: () => answer });
  server = await runServer({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url, AGENT_CHOICE: 'model' });
  agents = await Promise.all(['first', 'second'].map((id) => BareAgent.register(server.url, id, ['print'], 4)));
  for (const agent of agents) await agent.connect();
});

afterAll(async () => {
  for (const agent of agents) agent.close();
  await server[Symbol.asyncDispose]();
  await ollama.stop();
});

/** A job of one step, which is given to an agent; what the log and `why` say of that. */
async function given(
  jobId: string,
): Promise<{ readonly assigned: unknown; readonly offered: readonly string[]; readonly why: string }> {
  await request('POST', `${server.url}/jobs`, { jobId, tasks: [{ id: 'page', action: 'print' }] });
  const events = () => request<{ events: WireEvent[] }>('GET', `${server.url}/jobs/${jobId}/events`);
  const { body } = await eventually(events, (page) =>
    page.body.events.some(({ eventType }) => eventType === 'STEP_ASSIGNED'),
  );
  const why = await request<{ steps: { detail: string }[] }>('GET', `${server.url}/jobs/${jobId}/why`);
  const assigned = body.events.find(({ eventType }) => eventType === 'STEP_ASSIGNED')?.data;
  const offer = body.events.find(({ eventType }) => eventType === 'STEP_OFFERED')?.data;
  const offered = (offer?.offers as { agentId: string }[]).map(({ agentId }) => agentId);
  const holder = await eventually(
    () => Promise.resolve(agents.find(({ held }) => held.size > 0)),
    (found) => found !== undefined,
  );
  for (const message of holder?.held.values() ?? []) await holder?.done(message, 'printed');
  return { assigned, offered, why: why.body.steps[0]?.detail ?? '' };
}

describe('AGENT_CHOICE=model (JB-7)', () => {
  it('gives a step to the agent that the model chooses among the offers, and says why [JB-7]', async () => {
    // The first one offers itself first, as nobody has had anything to do.
    answer = JSON.stringify({ agent: 'second', reason: 'Its paper is thicker.' });
    const { assigned, why } = await given('chosen');
    expect(assigned).toMatchObject({ agentId: 'second', chosenBy: 'model', because: 'Its paper is thicker.' });
    expect(why).toMatch(/^second is at it since .*\. The model chose it: Its paper is thicker\.$/);
  });

  it.each([
    ['an agent that is none', JSON.stringify({ agent: 'ghost', reason: 'It is quick.' })],
    ['no agent', JSON.stringify({ agent: 'none', reason: 'None prints in colour.' })],
    ['nonsense', 'Let me think about it.'],
  ])('gives it to the least busy one where the model names %s, and says that, too [JB-7]', async (what, said) => {
    answer = said;
    const { assigned, offered, why } = await given(`by-load-${what.replaceAll(' ', '-')}`);
    expect(assigned).toMatchObject({ agentId: offered[0], chosenBy: 'load', because: expect.stringMatching(/\S/) });
    expect(why).toContain('It was the least busy one, as the model did not choose: ');
  });
});
