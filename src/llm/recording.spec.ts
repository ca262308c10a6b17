import { describe, expect, it } from '@jest/globals';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeOllama } from '../../test/support/fake-ollama.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { predict } from './ask-model.ts';
import { OllamaModel } from './language-model.ollama.ts';
import { RecordingModel } from './language-model.recording.ts';
import { ReplayModel } from './language-model.replay.ts';
import type { ChatMessage } from './language-model.ts';
import { RecordingInvalidError, RecordingMissError } from './llm.errors.ts';
import { promptHash } from './prompt.ts';
import { Recorder } from './recorder.ts';
import { type RecordedCall, Recording } from './recording.ts';
import { generateModule, type GenerateModuleInput } from './signatures/generate-module.ts';

function ask(content: string): readonly ChatMessage[] {
  return [
    { role: 'system', content: 'You are short.' },
    { role: 'user', content },
  ];
}

function call(content: string, text: string, changes: Partial<RecordedCall> = {}): RecordedCall {
  const messages = [...ask(content)];
  return {
    version: 1,
    promptHash: promptHash({ messages }),
    role: 'executor',
    provider: 'ollama',
    model: 'mistral:7b',
    messages,
    answerSchema: null,
    text,
    finish: 'stop',
    usage: { inputTokens: 10, outputTokens: 2 },
    durationMs: 5,
    ...changes,
  };
}

function replayOf(path: string): ReplayModel {
  return new ReplayModel('mistral:7b', () => Recording.read(path));
}

const input: GenerateModuleInput = {
  objective: 'Count words',
  language: 'javascript',
  module: { path: 'src/count.js', description: 'export function count(text)' },
  dependencies: [],
  tests: [],
  guidance: [],
};

describe('a session that was recorded', () => {
  it('replays offline with the same answers, repairs included [LM-5]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'recordings', 'session.jsonl');
    const right = JSON.stringify({ path: 'src/count.js', code: 'export const count = () => 1;\n' });
    let recorded;
    {
      await using ollama = await FakeOllama.start({ respond: ({ index }) => (index === 0 ? '{"path":"x"}' : right) });
      const model = new OllamaModel({
        baseUrl: ollama.url,
        model: 'mistral:7b',
        contextTokens: 8192,
        answerTokens: 1024,
        timeoutMs: 10_000,
      });
      const failures: unknown[] = [];
      const recording = new RecordingModel(model, 'executor', new Recorder(path), (error) => failures.push(error));
      recorded = await predict(recording, generateModule, input);
      expect(failures).toEqual([]);
      expect(recording).toMatchObject({ provider: 'ollama', model: 'mistral:7b' });
    }
    const replayed = await predict(replayOf(path), generateModule, input);
    expect(replayed).toEqual({ ...recorded, provider: 'replay', durationMs: expect.any(Number) });
    expect(replayed.calls).toBe(2);

    const { calls } = await Recording.read(path);
    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatchObject({ version: 1, role: 'executor', model: 'mistral:7b', text: right, finish: 'stop' });
    expect(calls[1]?.usage?.inputTokens).toBeGreaterThan(0);
    expect(calls[1]?.promptHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives an answer that depends on the prompt alone: in any order, again and after a restart [LM-5]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'recording.jsonl');
    const recorder = new Recorder(path);
    await Promise.all(
      [call('one', 'first'), call('two', 'second'), call('one', 'first, better')].map((each) => recorder.record(each)),
    );
    for (const model of [replayOf(path), replayOf(path)]) {
      const texts = [];
      for (const question of ['two', 'one', 'one', 'two'])
        texts.push((await model.generate({ messages: ask(question) })).text);
      expect(texts).toEqual(['second', 'first, better', 'first, better', 'second']);
    }
  });

  it('streams its words in pieces that join to the text, and stops when it is aborted [LM-5]', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'recording.jsonl');
    const text = '👋🏽 A long answer with 世界 in it. '.repeat(10);
    await new Recorder(path).record(call('one', text));
    const pieces: string[] = [];
    const model = replayOf(path);
    await model.generate({ messages: ask('one'), onText: (piece) => pieces.push(piece) });
    expect(pieces.join('')).toBe(text);
    expect(pieces.length).toBeGreaterThan(5);

    const abort = new AbortController();
    const stopped = model.generate({
      messages: ask('one'),
      signal: abort.signal,
      onText: () => abort.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
  });
});

describe('a prompt that is not in the recording', () => {
  const recording = new Recording('demo.jsonl', [
    call('Write a poem about the sea.\nIt has four lines.', 'Blue'),
    call('Count the words of a text.\nReturn a number.', '7'),
  ]);

  function missOf(find: () => unknown): RecordingMissError {
    try {
      find();
    } catch (error) {
      if (error instanceof RecordingMissError) return error;
    }
    throw new Error('the recording had an answer');
  }

  it('is a clear error that shows the nearest prompt and where the two part [LM-5]', () => {
    const messages = [...ask('Count the words of a text.\nReturn an object.')];
    const error = missOf(() => recording.find({ messages, answerSchema: null }));
    expect(error).toMatchObject({ transient: false, code: 'LLM_RECORDING_MISS' });
    expect(error.message).toContain(`The nearest is ${recording.calls[1]?.promptHash.slice(0, 12)}`);
    expect(error.message).toContain('message 2 (user), line 2: asked "Return an object.", recorded "Return a number."');
  });

  it('may differ in its number of messages or its answer schema alone [LM-5]', () => {
    const messages = [...ask('Count the words of a text.\nReturn a number.')];
    const schema = { type: 'object' };
    expect(missOf(() => recording.find({ messages, answerSchema: schema })).message).toContain(
      'the answer schemas differ: asked "{\\"type\\":\\"object\\"}", recorded "null"',
    );
    const longer = [...messages, { role: 'user' as const, content: 'Again.' }];
    expect(missOf(() => recording.find({ messages: longer, answerSchema: null })).message).toContain(
      'message 3 (user) was asked but not recorded',
    );
    expect(missOf(() => new Recording('empty.jsonl', []).find({ messages, answerSchema: null })).message).toContain(
      'is empty',
    );
  });
});

describe('the file of a recording', () => {
  it('is refused with the line that is wrong: not JSON, another version, a changed prompt', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'recording.jsonl');
    const good = JSON.stringify(call('one', 'first'));
    const changed = JSON.stringify({ ...call('one', 'first'), messages: ask('another') });
    for (const bad of ['{"version":', JSON.stringify({ ...call('one', 'x'), version: 2 }), changed]) {
      writeFileSync(path, `${good}\n${bad}\n`);
      const error = await Recording.read(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RecordingInvalidError);
      expect((error as Error).message).toContain('line 2');
    }
    await expect(Recording.read(join(directory.path, 'none.jsonl'))).rejects.toThrow('none.jsonl');
  });

  it('survives a process that died while it wrote: the broken line is left out, then cut off', async () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, 'recording.jsonl');
    await new Recorder(path).record(call('one', 'first'));
    appendFileSync(path, JSON.stringify(call('two', 'second')).slice(0, 50));
    expect((await Recording.read(path)).calls).toHaveLength(1);
    await new Recorder(path).record(call('three', 'third'));
    expect((await Recording.read(path)).calls.map(({ text }) => text)).toEqual(['first', 'third']);
    expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
  });

  it('that cannot be written is reported, and the answer is given all the same', async () => {
    using directory = temporaryDirectory();
    await using ollama = await FakeOllama.start({ respond: () => 'blue' });
    const model = new OllamaModel({
      baseUrl: ollama.url,
      model: 'mistral:7b',
      contextTokens: 8192,
      answerTokens: 64,
      timeoutMs: 5000,
    });
    const failures: unknown[] = [];
    const recording = new RecordingModel(model, null, new Recorder(directory.path), (error) => failures.push(error));
    expect((await recording.generate({ messages: ask('one') })).text).toBe('blue');
    expect((await recording.generate({ messages: ask('one') })).text).toBe('blue');
    expect(failures).toHaveLength(2);
  });
});

describe('the hash of a prompt', () => {
  it('depends on every byte of the messages and the schema, not on the order of keys', () => {
    const messages = ask('one');
    const hash = promptHash({ messages, answerSchema: { type: 'object', required: ['a'] } });
    expect(promptHash({ messages, answerSchema: { required: ['a'], type: 'object' } })).toBe(hash);
    expect(promptHash({ messages, answerSchema: { required: ['b'], type: 'object' } })).not.toBe(hash);
    expect(promptHash({ messages: ask('one '), answerSchema: { type: 'object', required: ['a'] } })).not.toBe(hash);
    expect(promptHash({ messages })).not.toBe(hash);
  });
});
