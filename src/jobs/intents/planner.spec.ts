import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeChatRequest, FakeOllama } from '../../../test/support/fake-ollama.ts';
import { readConfiguration } from '../../kernel/configuration.ts';
import { type Brain, resolveBrain } from '../../llm/index.ts';
import { MissingSlotError, NoPlannerModelError, UnknownIntentError, UnsafeSlotError } from '../jobs.errors.ts';
import type { RoutedIntent } from './intent.ts';
import { askOf, IntentRouter } from './intent-router.ts';
import { loadIntents } from './load-intents.ts';
import { Planner } from './planner.ts';
import { readIntents } from './read-intents.ts';

const intents = [
  ...(await loadIntents()),
  ...readIntents(`intents:
    - name: report
      description: Make a report
      patterns: ['report on {topic} in {pages:number} pages']
      plan: model
    - name: remind
      description: Remind somebody
      patterns: ['remind me of {what}']
      steps:
        - id: wait
          action: wait_for
          params: { minutes: 5, list: ['{{slots.what}}', { n: 1 }], url: 'https://x.example/?q={{slots.what | url}}' }
        - id: tell
          action: type
          selector: '#{{slots.what}}'
          text: 'Remember {{slots.what}}: {{steps.wait.result}}'
          dependsOn: [wait]
  `),
];
const actions = [
  { name: 'http', description: 'Requests a web address' },
  { name: 'rpn', description: 'Calculates' },
];

const byRules = (intent: string, slots: RoutedIntent['slots']): RoutedIntent => ({
  intent,
  slots,
  by: 'rules',
  confidence: 1,
});
const rules = new Planner({ intents, ask: null, actions });

let ollama: FakeOllama;
let brain: Brain;
let respond: (request: FakeChatRequest) => string;
const warnings: string[] = [];

beforeAll(async () => {
  ollama = await FakeOllama.start({ respond: (request) => respond(request) });
  const configuration = readConfiguration({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
  brain = await resolveBrain(configuration, () => undefined);
});

afterAll(() => ollama.stop());

beforeEach(() => {
  warnings.length = 0;
});

function router(options: { readonly timeoutMs?: number } = {}): IntentRouter {
  return new IntentRouter({ intents, ask: askOf(brain), warn: (message) => warnings.push(message), ...options });
}

const classified = (intent: string, confidence: number, parameters: object[] = []) => {
  respond = () => JSON.stringify({ intent, confidence, parameters });
};

describe('a model in front of the patterns (JB-3; unit list 3.2)', () => {
  it('knows requests that no pattern knows [JB-3]', async () => {
    classified('fetch_url', 0.9, [{ name: 'url', value: 'https://example.com' }]);
    expect(await router().route('could you have a look at https://example.com for me')).toEqual({
      intent: 'fetch_url',
      slots: { url: 'https://example.com' },
      by: 'model',
      confidence: 0.9,
    });
  });

  it('is shown all intents with their examples and parameters, and answers in their form [JB-3]', async () => {
    classified('unknown', 1);
    await router().route('sing a song');
    const [system, user] = ollama.chats.at(-1)?.messages ?? [];
    expect(system?.content).toContain('You sort requests');
    expect(user?.content).toContain('send_mail: Send an e-mail\n');
    expect(user?.content).toContain('Parameters: recipient, subject, body');
    expect(JSON.stringify(ollama.chats.at(-1)?.format)).toContain('"unknown"');
  });

  it.each([
    ['is not sure', () => classified('fetch_url', 0.5, [{ name: 'url', value: 'https://example.com' }])],
    ['knows no intent', () => classified('unknown', 1)],
    ['gives a value of the wrong type', () => classified('fetch_url', 1, [{ name: 'url', value: 'example' }])],
    ['leaves a value out', () => classified('fetch_url', 1)],
    ['writes no JSON', () => void (respond = () => 'I think it is check_site.')],
    ['invents an intent', () => classified('dance', 1)],
    ['invents a value', () => classified('fetch_url', 1, [{ name: 'url', value: 'https://other.example' }])],
  ])('leaves it to the patterns where it %s [JB-3]', async (_what, answer) => {
    answer();
    expect(await router().route('is https://example.com up')).toEqual(
      byRules('check_site', { url: 'https://example.com' }),
    );
  });

  it('leaves it to the patterns where it is late, and says so [JB-3]', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const late = new IntentRouter({
      intents,
      ask: (_signature, _input, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      warn: resolve,
      timeoutMs: 10,
    });
    expect((await late.route('7 times 6')).intent).toBe('calculate');
    expect(await promise).toMatch(/^Patterns decide what is meant/);
  });

  it('leaves it to the patterns where nothing answers, and says so [JB-3]', async () => {
    const configuration = readConfiguration({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: 'http://127.0.0.1:1' });
    const away = await resolveBrain(configuration, () => undefined);
    const warn: string[] = [];
    const alone = new IntentRouter({
      intents,
      ask: askOf(away),
      warn: (message) => warn.push(message),
      timeoutMs: 100,
    });
    expect((await alone.route('7 times 6')).by).toBe('rules');
    expect(warn).toHaveLength(1);
  });

  it('knows what is wanted without a value, so that it can be asked for [JB-3]', async () => {
    classified('send_mail', 1);
    const routed = await router().route('tell Ann that I am late');
    expect(routed).toMatchObject({ intent: 'send_mail', by: 'model', slots: { subject: '', body: '' } });
    await expect(rules.plan(routed, '')).rejects.toThrow(
      'The intent send_mail needs recipient (the e-mail address), of type email',
    );
    await expect(rules.plan(routed, '')).rejects.toBeInstanceOf(MissingSlotError);
  });

  it('can be stopped [JB-3]', async () => {
    classified('unknown', 1);
    await expect(router().route('x', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it('is not asked where there is none [JB-3]', async () => {
    const delegated = await resolveBrain(readConfiguration({ LLM_PROVIDER: 'delegated' }), () => undefined);
    expect(askOf(delegated)).toBeNull();
    const alone = new IntentRouter({ intents, ask: null, warn: () => undefined });
    expect((await alone.route('sing a song')).intent).toBe('unknown');
  });
});

describe('the planner (JB-3; unit lists 3.1 and 3.3)', () => {
  it('fills the steps of an intent with what the request said [JB-3]', async () => {
    const graph = await rules.plan(byRules('remind', { what: 'tea "now"' }), '');
    expect(graph.toJSON()).toMatchObject([
      { id: 'wait', action: 'wait_for', params: { minutes: 5, list: ['tea "now"', { n: 1 }] } },
      {
        id: 'tell',
        selector: '#tea "now"',
        text: 'Remember tea "now": {{steps.wait.result}}',
        dependsOn: [{ step: 'wait' }],
      },
    ]);
  });

  it('never takes a value for a reference or a template [JB-3]', async () => {
    const plan = (what: string) => rules.plan(byRules('remind', { what }), '');
    await expect(plan('{{ steps.wait.result }}')).rejects.toBeInstanceOf(UnsafeSlotError);
    const split = readIntents(`intents:
      - name: glue
        description: Two values side by side
        patterns: ['{a} and {b}']
        steps: [{ id: x, action: type, text: '{{slots.a}}{{slots.b}}' }]`);
    const glue = new Planner({ intents: split, ask: null, actions: [] });
    await expect(glue.plan(byRules('glue', { a: '{{', b: 'steps.x.result}}' }), '')).rejects.toBeInstanceOf(
      UnsafeSlotError,
    );
    expect((await plan('{{slots.what}} $& {{x}}')).get('wait')?.params.list).toEqual([
      '{{slots.what}} $& {{x}}',
      { n: 1 },
    ]);
  });

  it('writes values into addresses so that they add nothing to them [JB-3]', async () => {
    const graph = await rules.plan(byRules('remind', { what: 'tea&admin=1' }), '');
    expect(graph.get('wait')?.params.url).toBe('https://x.example/?q=tea%26admin%3D1');
  });

  it('makes a graph of a calculation [JB-3]', async () => {
    const graph = await rules.plan(byRules('calculate', { expression: 'three plus four times two' }), '');
    expect(graph.batches().map((batch) => batch.map(({ id }) => id))).toEqual([['mul-1'], ['result']]);
  });

  it('says what it knows where it does not know the intent [JB-3]', async () => {
    await expect(rules.plan(byRules('unknown', {}), 'sing a song')).rejects.toThrow(
      'Nothing that is known fits "sing a song": say one of calculate, fetch_url',
    );
    await expect(rules.plan(byRules('unknown', {}), 'x')).rejects.toBeInstanceOf(UnknownIntentError);
  });

  it('lets a model make the steps of an intent that has none, and checks them [JB-3]', async () => {
    const step = { selector: null, text: null, timeoutMs: null, retries: 1 };
    const steps = [
      { ...step, id: 'get', action: 'http', params: [{ name: 'url', value: 'https://example.com' }], dependsOn: [] },
      { ...step, id: 'count', action: 'rpn', params: [{ name: 'expression', value: '1 2 +' }], dependsOn: ['get'] },
    ];
    respond = () => JSON.stringify({ steps });
    const planner = new Planner({ intents, ask: askOf(brain), actions });
    const routed = byRules('report', { topic: 'tea', pages: 2 });
    const graph = await planner.plan(routed, 'report on tea in 2 pages');
    expect(graph.toJSON()).toMatchObject([
      { id: 'get', params: { url: 'https://example.com' }, retries: 1 },
      { id: 'count', dependsOn: [{ step: 'get' }] },
    ]);
    expect(ollama.chats.at(-1)?.messages?.[1]?.content).toContain('topic = tea');
    respond = () => JSON.stringify({ steps: [{ ...steps[0], dependsOn: ['get'] }] });
    await expect(planner.plan(routed, '')).rejects.toMatchObject({ code: 'LLM_ANSWER_INVALID' });
    await expect(rules.plan(routed, '')).rejects.toBeInstanceOf(NoPlannerModelError);
  });
});
