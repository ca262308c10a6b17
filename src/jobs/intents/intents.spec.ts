import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { processorTime } from '../../../test/support/processor-time.ts';
import type { Json } from '../../kernel/json.ts';
import { InvalidIntentsError } from '../jobs.errors.ts';
import type { Intent } from './intent.ts';
import { loadIntents } from './load-intents.ts';
import { matchIntent } from './match-intent.ts';
import { Planner } from './planner.ts';
import { readIntents } from './read-intents.ts';

const own = await loadIntents();

const yaml = (patterns: readonly string[], more = 'plan: model') =>
  `intents:\n  - name: sample\n    description: A sample\n    patterns: ${JSON.stringify(patterns)}\n    ${more}\n`;

/** The values that a pattern finds in a request; null where it does not fit. */
function found(pattern: string, request: string): Readonly<Record<string, Json>> | null {
  const { intent, slots } = matchIntent(readIntents(yaml([pattern])), request);
  return intent === 'sample' ? slots : null;
}

function problemsOf(text: string): readonly string[] {
  try {
    readIntents(text);
  } catch (error) {
    if (error instanceof InvalidIntentsError) return error.issues.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}

describe('the intents that are shipped (JB-3; unit list 1.4)', () => {
  it.each([
    ['what is three plus four times two', 'calculate', { expression: 'three plus four times two' }],
    ['What is (3 + 4) * 2 / 7?', 'calculate', { expression: '(3 + 4) * 2 / 7' }],
    ['calculate the sum of 3, 4 and 5.', 'calculate', { expression: 'the sum of 3, 4 and 5' }],
    ['7 times 6', 'calculate', { expression: '7 times 6' }],
    ['Please fetch https://example.com/a.json', 'fetch_url', { url: 'https://example.com/a.json' }],
    ['download the file from https://example.com/a.pdf!', 'fetch_url', { url: 'https://example.com/a.pdf' }],
    ['is https://example.com up?', 'check_site', { url: 'https://example.com' }],
    [
      'Send an email to ann@example.com about the invoice saying "It is paid."',
      'send_mail',
      { recipient: 'ann@example.com', subject: 'the invoice', body: 'It is paid.' },
    ],
    ['email bob@example.com', 'send_mail', { recipient: 'bob@example.com', subject: '', body: '' }],
    [
      'Bitte schick eine Nachricht an jörg@büro.example wegen Grüße',
      'send_mail',
      { recipient: 'jörg@büro.example', subject: 'Grüße', body: '' },
    ],
    [
      'download https://example.com/i.pdf and send it to ann@example.com',
      'mail_page',
      { url: 'https://example.com/i.pdf', recipient: 'ann@example.com' },
    ],
  ])('know %j [JB-3]', (request, intent, slots) => {
    expect(matchIntent(own, request)).toEqual({ intent, slots, by: 'rules', confidence: 1 });
  });

  it.each([
    'what is the capital of France',
    'send an email to nobody',
    'fetch ftp://example.com/x',
    '',
    '   ',
    'x'.repeat(20_000),
  ])('call unknown what they do not know: %.60j [JB-3]', (request) => {
    expect(matchIntent(own, request)).toEqual({ intent: 'unknown', slots: {}, by: 'rules', confidence: 0 });
  });

  it('know what is meant in any case [JB-3]', () => {
    for (const request of [
      'IS HTTPS://EXAMPLE.COM ONLINE',
      'Is Https://example.com Online',
      'is https://example.com online',
    ]) {
      expect(matchIntent(own, request).intent).toBe('check_site');
    }
  });

  it('each know every one of their examples, and make steps of it [JB-3]', async () => {
    const planner = new Planner({ intents: own, ask: null, actions: [] });
    for (const { name, examples } of own) {
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        const routed = matchIntent(own, example);
        expect([example, routed.intent]).toEqual([example, name]);
        expect((await planner.plan(routed, example)).size).toBeGreaterThan(0);
      }
    }
  });
});

describe('a pattern (JB-3; unit list 1.4)', () => {
  it('is one of several of its intent [JB-3]', () => {
    const intents = readIntents(
      yaml(
        ['good morning', 'hello [there] {name:word}', '(hi|hey) {name:word}'],
        'slots: { name: { default: you } }\n    plan: model',
      ),
    );
    for (const request of ['Good morning', 'hello there Ann', 'hello Ann', 'hey Ann', 'hi, Ann!']) {
      expect(matchIntent(intents, request).intent).toBe('sample');
    }
    expect(matchIntent(intents, 'good morning').slots).toEqual({ name: 'you' });
    for (const request of ['good', 'hello', 'oh hello Ann', 'hello there Ann again']) {
      expect(matchIntent(intents, request).intent).toBe('unknown');
    }
  });

  it.each([
    ['open {file} in {program}', 'open my notes in 2026.txt in vim', { file: 'my notes', program: '2026.txt in vim' }],
    ['set {key:word} to {value:number}', 'Set Volume to -3.5.', { key: 'Volume', value: -3.5 }],
    ['set {key:word} to {value:number}', 'set volume to loud', null],
    ['say {text}', 'say "Hello, World."', { text: 'Hello, World.' }],
    ['straße {name}', 'STRASSE Ä', { name: 'Ä' }],
    ['prüfe {name}', 'PRU\u0308FE x', { name: 'x' }],
    ['打开 {name}', '打开 文件', { name: '文件' }],
    ['ａｂｃ {name}', 'ABC x', { name: 'x' }],
    ['a [b [c]] [d|e] f', 'a b c e f', {}],
    ['a [b [c]] [d|e] f', 'a f', {}],
    ['a [b [c]] [d|e] f', 'a c f', null],
    ['(a b|c (d|e)) f', 'c e f', {}],
    ['(a b|c (d|e)) f', 'a b d f', null],
    ['x [{a}] y [{b}]', 'x y', {}],
    ['x [{a}] y [{b}]', 'x 1 y y 2', { a: '1', b: 'y 2' }],
  ])('%j reads %j as %j [JB-3]', (pattern, request, slots) => {
    const optional = 'slots: { a: { default: "" }, b: { default: "" } }\n    plan: model';
    if (!pattern.includes('{a}')) expect(found(pattern, request)).toEqual(slots);
    else expect(matchIntent(readIntents(yaml([pattern], optional)), request).slots).toMatchObject(slots ?? {});
  });

  it('that says more of the request itself comes before one that says less, whatever the order [JB-3]', () => {
    const intents = ['open {what}', 'open the door'].map((pattern, index) =>
      readIntents(yaml([pattern]).replace('sample', `i${index}`)),
    );
    for (const order of [intents.flat(), intents.toReversed().flat()]) {
      expect([matchIntent(order, 'open the door').intent, matchIntent(order, 'open the window').intent]).toEqual([
        'i1',
        'i0',
      ]);
    }
  });

  it.each([
    [' ', '" " is empty'],
    ['[', 'lacks a ]: close what [ opens'],
    ['(a|b', 'lacks a ): close what ( opens'],
    ['a)', 'has a ) that opens nothing'],
    ['a | b', 'has a | that opens nothing'],
    ['{Name}', 'has {Name}, which is no slot: write {name} or {name:type}'],
    ['{a:date}', 'of an unknown type: give one of text, word, number, email, url, expression'],
    ['{a} and {a}', 'has the slot a twice'],
    ['{a', 'has {, which is no slot'],
    ['((((((a))))))', 'is nested deeper than 5 levels'],
    ['[]', 'says nothing'],
  ])('%j is refused with what is wrong [JB-3]', (pattern, problem) => {
    expect(problemsOf(yaml([pattern])).join()).toContain(problem);
  });

  it('takes time that grows with the request and no faster, whatever the pattern [JB-3]', async () => {
    const hard = readIntents(yaml(['{a} x {b} x {c} x {d} x {e} x {f} x {g} y']));
    const match = () => expect(matchIntent(hard, 'x '.repeat(1000)).intent).toBe('unknown');
    expect(await processorTime(2000, match)).toBeLessThan(2000);
  });

  it('never throws, and finds the values that were put in [JB-3]', () => {
    const intents = readIntents(yaml(['put {what} into {where:word} now']));
    const value = fc
      .stringMatching(/^[a-zäß0-9]{1,8}( [a-zäß0-9]{1,8}){0,3}$/)
      .filter((text) => !/\b(into|now)\b/.test(text));
    fc.assert(
      fc.property(value, fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), (what, where, noise) => {
        expect(matchIntent(intents, `PUT ${what} Into ${where} NOW.`).slots).toEqual({ what, where });
        expect(matchIntent(own, noise).by).toBe('rules');
      }),
    );
  });
});

describe('a file of intents (JB-3; unit list 1.4)', () => {
  it.each([
    ['intents: [', 'line 1 is no YAML of ours: '],
    ['intents: &a [*a]', 'is no YAML of ours: aliases exceeded maxAliases (0)'],
    ['a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]', 'line 2 is no YAML of ours: aliases exceeded'],
    ['intents: !!js/function "x"', 'is no YAML of ours: unknown scalar tag'],
    ['intents: []\nintents: []', 'line 2 is no YAML of ours: duplicated mapping key'],
    [`intents: ${'['.repeat(60)}${']'.repeat(60)}`, 'nesting exceeded maxDepth'],
    ['hello', ' "hello" does not fit: give an object'],
    ['intents: []', 'intents the list does not fit: give at least 1 items'],
    ['x'.repeat(300_000), 'has more than 262144 characters'],
    [`${yaml(['a'])}    colour: red\n`, 'intents[0].colour is no field here: leave it out'],
    [yaml(['a']).replace('sample', 'unknown'), 'give another name: unknown is what fits none'],
    [yaml(['a'], 'examples: []'), 'intents[0] sample needs either steps or a plan'],
    [yaml(['a {b}', 'c']), 'intents[0].patterns[1] gives no b: add {b}, or a default for it in slots'],
    [yaml(['a {b:number}', 'c {b}']), 'intents[0].patterns[1] b is text here and number elsewhere'],
    [yaml(['a'], 'plan: calculator'), 'its steps need {{slots.expression}}, which no pattern gives'],
    [yaml(['a'], 'slots: { n: { type: number, default: many } }\n    plan: model'), '"many" is no number: give one'],
    [yaml(['a'], 'steps: [{ id: x, action: http, params: { url: "{{slots.url}}" } }]'), 'its steps need {{slots.url}}'],
    [yaml(['a'], 'steps: [{ id: x }]'), 'intents[0].steps[0].action is missing: give a string'],
    [yaml(['a'], 'steps: [{ id: x, action: rpn, dependsOn: [x] }]'), 'in a circle: x → x'],
    [`${yaml(['a'])}${yaml(['b']).replace('intents:\n', '')}`, 'intents[1].name "sample" is there twice'],
  ])('is refused with the place and the cure: %.50j [JB-3]', (text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem);
  });

  it('that is not there is an error that names the setting [JB-3]', async () => {
    await expect(loadIntents('/nowhere/intents.yaml')).rejects.toThrow(
      /cannot be read from \/nowhere\/intents.yaml: ENOENT.* Set INTENTS_FILE/,
    );
  });

  it('is frozen once it is read [JB-3]', () => {
    const intents: readonly Intent[] = readIntents(yaml(['a {b}']));
    expect([Object.isFrozen(intents), Object.isFrozen(intents[0]?.slots[0])]).toEqual([true, true]);
  });
});
