import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeOllama } from '../../../test/support/fake-ollama.ts';
import { readConfiguration } from '../../kernel/configuration.ts';
import { resolveBrain } from '../../llm/index.ts';
import { type Ask, askOf } from '../intents/intent-router.ts';
import { chooseByModel, type ModelChoiceParts } from './choose-by-model.ts';

const agents = new Map([
  ['idle', { agentId: 'idle', os: 'linux', load: 0.1, capabilities: ['rpn'] }],
  ['busy', { agentId: 'busy', os: 'windows', load: 0.9, capabilities: ['rpn'] }],
]);
const offers = [...agents.values()].map(({ agentId, load }) => ({ agentId, load }));
const step = { jobId: 'j', step: 'add-taxes', needs: ['rpn'] };

let ollama: FakeOllama;
let ask: Ask;
let answer = '';

beforeAll(async () => {
  ollama = await FakeOllama.start({ respond: () => answer });
  const configuration = readConfiguration({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
  ask = askOf(await resolveBrain(configuration, () => undefined)) ?? (() => Promise.reject(new Error('no model')));
});

afterAll(() => ollama.stop());

const describeAgent: ModelChoiceParts['describe'] = (agentId) => {
  const view = agents.get(agentId);
  return view ? Promise.resolve(view) : Promise.reject(new Error(`no ${agentId}`));
};

const chooser = (parts: Partial<ModelChoiceParts> = {}) =>
  chooseByModel({ ask, describe: describeAgent, clock: () => 0, ...parts });

describe('a model that chooses who does a step (JB-7; unit list 3.1)', () => {
  it('is shown the step and those that offered themselves, and says why it chose one [JB-7]', async () => {
    answer = JSON.stringify({ agent: 'busy', reason: 'It runs Windows.' });
    expect(await chooser()(step, offers)).toEqual({ agentId: 'busy', because: 'It runs Windows.' });
    const shown = ollama.chats.at(-1)?.messages?.[1]?.content ?? '';
    expect(shown).toContain('rpn: add-taxes');
    expect(shown).toContain('idle: linux, load 10 %');
  });

  it('may want none of them [JB-7]', async () => {
    answer = JSON.stringify({ agent: 'none', reason: 'None of them has a printer.' });
    expect(await chooser()(step, offers)).toEqual({ agentId: null, because: 'None of them has a printer.' });
  });

  it.each([
    ['names an agent that is none', JSON.stringify({ agent: 'ghost', reason: 'I like it.' })],
    ['answers no JSON', 'the idle one'],
    ['answers nothing', ''],
  ])('has not chosen where it %s [JB-7]', async (_what, nonsense) => {
    answer = nonsense;
    await expect(chooser()(step, offers)).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) });
  });

  it('has not chosen where it is late, and is then not asked for a minute [JB-7]', async () => {
    let now = 0;
    let asked = 0;
    const never: Ask = (_signature, _input, signal) => {
      asked++;
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
      );
    };
    const choose = chooser({ ask: never, timeoutMs: 10, clock: () => now });
    expect(await choose(step, offers)).toEqual({ agentId: null, because: 'It did not answer within 10 ms.' });
    now = 59_999;
    expect(await choose(step, offers)).toMatchObject({ agentId: null, because: expect.stringContaining('not asked') });
    expect(asked).toBe(1);
    now = 60_000;
    await choose(step, offers);
    expect(asked).toBe(2);
  });
});
