import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeOllama } from '../../test/support/fake-ollama.ts';
import { readConfiguration } from '../kernel/configuration.ts';
import { resolveBrain } from '../llm/index.ts';
import { chooseAgent, type OfferingAgent } from './choose-agent.ts';
import { type Ask, askOf } from './intents/intent-router.ts';

const agent = (id: string, load: number, ...capabilities: string[]): OfferingAgent => ({
  id,
  os: 'linux',
  load,
  capabilities,
});
const agents = [agent('busy', 0.9, 'rpn'), agent('idle', 0.1, 'rpn'), agent('browser', 0, 'playwright')];
const step = { action: 'rpn', description: 'add 3 and 4' };

let ollama: FakeOllama;
let ask: Ask;
let answer = '';
const warnings: string[] = [];
const warn = (message: string) => void warnings.push(message);

beforeAll(async () => {
  ollama = await FakeOllama.start({ respond: () => answer });
  const brain = await resolveBrain(
    readConfiguration({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url }),
    () => undefined,
  );
  ask = askOf(brain) ?? (() => Promise.reject(new Error('There is a model.')));
});

afterAll(() => ollama.stop());

const says = (chosen: string) => (answer = JSON.stringify({ agent: chosen, reason: 'It fits.' }));

describe('a model that chooses who does a step', () => {
  it('chooses among those that can, and is shown no others [JB-7]', async () => {
    says('busy');
    expect(await chooseAgent({ ask, warn }, step, agents)).toBe('busy');
    const shown = ollama.chats.at(-1)?.messages?.[1]?.content ?? '';
    expect(shown).toContain('idle: linux, load 10 %');
    expect(shown).not.toContain('browser');
  });

  it.each([
    ['wants none of them', () => says('none')],
    ['names one that cannot', () => says('browser')],
    ['answers no JSON', () => (answer = 'the idle one')],
  ])('leaves it to the load where it %s [JB-7]', async (_what, speak) => {
    speak();
    expect(await chooseAgent({ ask, warn }, step, agents)).toBeNull();
  });

  it('leaves it to the load where it is late, and says so [JB-7]', async () => {
    warnings.length = 0;
    const never: Ask = (_signature, _input, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    expect(await chooseAgent({ ask: never, warn, timeoutMs: 10 }, step, agents)).toBeNull();
    expect(warnings).toEqual([expect.stringContaining('The least busy agent takes rpn')]);
  });

  it('is not asked where there is no choice, and can be stopped [JB-7]', async () => {
    const before = ollama.chats.length;
    expect(await chooseAgent({ ask, warn }, { ...step, action: 'playwright' }, agents)).toBe('browser');
    expect(await chooseAgent({ ask, warn }, { ...step, action: 'fly' }, agents)).toBeNull();
    expect(ollama.chats.length).toBe(before);
    const stopped = chooseAgent({ ask, warn }, step, agents, AbortSignal.abort(new Error('enough')));
    await expect(stopped).rejects.toThrow('enough');
  });
});
