import { describe, expect, it } from '@jest/globals';
import { FakeOllama, type FakeOllamaOptions } from './fake-ollama.ts';

interface Line {
  readonly message?: { readonly content: string; readonly thinking?: string };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
  readonly error?: string;
}

function start(options: Partial<FakeOllamaOptions> = {}): Promise<FakeOllama> {
  return FakeOllama.start({ respond: () => 'The sky is blue.', ...options });
}

async function post(ollama: FakeOllama, path: string, body: object) {
  const response = await fetch(`${ollama.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

async function chat(ollama: FakeOllama, body: object) {
  const messages = [{ role: 'user', content: 'What colour is the sky?' }];
  const { status, type, text } = await post(ollama, '/api/chat', { model: 'mistral:7b', messages, ...body });
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  return { status, type, lines, text: lines.map((line) => line.message?.content ?? '').join(''), last: lines.at(-1) };
}

const long = (tokens: number) => ({ role: 'user', content: 'x '.repeat(tokens).trim() });

describe('the fake Ollama chats as Ollama does', () => {
  it('in newline-delimited JSON, the last line with the counts', async () => {
    await using ollama = await start();
    const { type, text, lines, last } = await chat(ollama, {});
    expect(type).toBe('application/x-ndjson');
    expect(text).toBe('The sky is blue.');
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.slice(0, -1).every((line) => line.done === false)).toBe(true);
    expect(last).toMatchObject({ done: true, done_reason: 'stop', eval_count: 5 });
    expect(last?.prompt_eval_count).toBeGreaterThan(5);
  });

  it('in one object when it is told not to stream', async () => {
    await using ollama = await start();
    const { type, lines } = await chat(ollama, { stream: false });
    expect(type).toContain('application/json');
    expect(lines).toMatchObject([{ message: { content: 'The sky is blue.' }, done: true }]);
  });

  it('with errors before the first token as a status', async () => {
    await using ollama = await start({
      models: ['mistral:7b'],
      respond: () => ({ status: 503, error: 'server busy' }),
    });
    expect(await chat(ollama, { model: 'none' })).toMatchObject({
      status: 404,
      lines: [{ error: "model 'none' not found" }],
    });
    expect(await chat(ollama, {})).toMatchObject({ status: 503, lines: [{ error: 'server busy' }] });
    expect(await chat(ollama, { think: true })).toMatchObject({
      status: 400,
      lines: [{ error: '"mistral:7b" does not support thinking' }],
    });
    expect(await chat(ollama, { options: { num_ctx: '8192' } })).toMatchObject({
      status: 500,
      lines: [{ error: 'option "num_ctx" must be of type integer' }],
    });
  });

  it('with an error in the middle as a last line under status 200', async () => {
    const breakOff = { afterTokens: 2, how: 'error', error: 'out of memory' } as const;
    await using ollama = await start({ respond: () => ({ text: 'The sky is blue.', breakOff }) });
    const { status, lines } = await chat(ollama, {});
    expect(status).toBe(200);
    expect(lines).toMatchObject([{ done: false }, { done: false }, { error: 'out of memory' }]);
  });

  it('ignoring options it does not know', async () => {
    await using ollama = await start();
    expect((await chat(ollama, { options: { colour: 'blue' } })).status).toBe(200);
  });

  it('thinking first where the model can and is not told otherwise', async () => {
    await using ollama = await start({ models: [{ name: 'qwen3:8b', capabilities: ['completion', 'thinking'] }] });
    const thoughts = (lines: readonly Line[]) => lines.map((line) => line.message?.thinking ?? '').join('');
    expect(thoughts((await chat(ollama, { model: 'qwen3:8b' })).lines)).toBe('Let me think about that.');
    expect(thoughts((await chat(ollama, { model: 'qwen3:8b', think: false })).lines)).toBe('');
  });

  it('cutting an answer of a format into a prefix of its JSON at num_predict', async () => {
    const answer = JSON.stringify({ colour: 'blue', why: 'light is scattered' });
    await using ollama = await start({ respond: () => answer });
    const { text, last } = await chat(ollama, { format: { type: 'object' }, options: { num_predict: 6 } });
    expect(last).toMatchObject({ done_reason: 'length', eval_count: 6 });
    expect(answer.startsWith(text)).toBe(true);
    expect(text.length).toBeLessThan(answer.length);
  });

  it('refusing a script that answers a format in something else than JSON', async () => {
    await using ollama = await start();
    expect(await chat(ollama, { format: 'json' })).toMatchObject({ status: 500 });
    ollama.respond = () => ({ text: 'plain words', ignoresFormat: true });
    expect(await chat(ollama, { format: 'json' })).toMatchObject({ status: 200, text: 'plain words' });
  });
});

describe('a conversation that is too long for the fake Ollama', () => {
  const system = { role: 'system', content: 'Be brief.' };

  it('loses whole messages from the front, never the system message or the last one', async () => {
    let seen: readonly { role: string; content: string }[] = [];
    await using ollama = await start({
      respond: ({ messages }) => {
        seen = messages;
        return 'ok';
      },
    });
    const { last } = await chat(ollama, {
      messages: [system, long(300), { role: 'assistant', content: 'yes' }, long(200)],
      options: { num_ctx: 256 },
    });
    expect(seen.map(({ role }) => role)).toEqual(['system', 'assistant', 'user']);
    expect(last?.prompt_eval_count).toBeLessThan(256);
  });

  it('loses the front of the prompt when one message alone is too long', async () => {
    await using ollama = await start();
    const { last } = await chat(ollama, { messages: [system, long(1000)], options: { num_ctx: 256 } });
    expect(last?.prompt_eval_count).toBe(128);
  });

  it('is refused with 400 when nothing may be truncated, or nothing shifted', async () => {
    await using ollama = await start();
    const tooLong = { messages: [system, long(1000)], options: { num_ctx: 256 } };
    expect(await chat(ollama, { ...tooLong, truncate: false })).toMatchObject({
      status: 400,
      lines: [{ error: expect.stringContaining('exceeds the available context size (256 tokens)') }],
    });
    expect((await chat(ollama, { ...tooLong, shift: false })).status).toBe(400);
  });

  it('ends an answer at the end of the context when it may not shift', async () => {
    await using ollama = await start({ respond: () => 'word '.repeat(500) });
    const body = { messages: [long(200)], options: { num_ctx: 256 }, truncate: false };
    const { last } = await chat(ollama, { ...body, shift: false });
    expect(last).toMatchObject({ done_reason: 'length', eval_count: 256 - (last?.prompt_eval_count ?? 0) });
    expect((await chat(ollama, body)).last?.done_reason).toBe('stop');
  });
});

describe('the fake Ollama as a server', () => {
  it('loads a model again when num_ctx changes, and shows it as running', async () => {
    await using ollama = await start();
    for (const numCtx of [4096, 4096, 8192]) await chat(ollama, { options: { num_ctx: numCtx } });
    expect(ollama.loads.get('mistral:7b')).toBe(2);
    const running = (await (await fetch(`${ollama.url}/api/ps`)).json()) as object;
    expect(running).toMatchObject({ models: [{ name: 'mistral:7b', context_length: 8192 }] });
  });

  it('generates one answer at a time and refuses what its queue cannot hold', async () => {
    let atOnce = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    await using ollama = await start({
      maxQueue: 1,
      respond: async () => {
        most = Math.max(most, ++atOnce);
        await gate.promise;
        atOnce--;
        return 'ok';
      },
    });
    const first = chat(ollama, {});
    await ollama.until(() => ollama.chats.length === 1);
    const second = chat(ollama, {});
    await ollama.until(() => ollama.chats.length === 2);
    expect((await chat(ollama, {})).status).toBe(503);
    gate.resolve();
    expect([(await first).text, (await second).text, most]).toEqual(['ok', 'ok', 1]);
  });

  it('stops a generation when its client is gone, and lets the next one in', async () => {
    await using ollama = await start({
      respond: ({ index }) => ({
        text: 'a b c d e f',
        betweenTokens: (sent, signal) =>
          index === 0 && sent === 2
            ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))))
            : Promise.resolve(),
      }),
    });
    const abort = new AbortController();
    const body = JSON.stringify({ model: 'mistral:7b', messages: [long(1)] });
    const gone = fetch(`${ollama.url}/api/chat`, { method: 'POST', body, signal: abort.signal }).then((response) =>
      response.text(),
    );
    const outcome = expect(gone).rejects.toThrow();
    await ollama.until(() => ollama.tokensSent === 2);
    abort.abort();
    await outcome;
    await ollama.until(() => ollama.disconnects === 1);
    expect(ollama.tokensSent).toBe(2);
    expect((await chat(ollama, {})).text).toBe('a b c d e f');
  });

  it('comes back on the same port after it was stopped', async () => {
    await using ollama = await start();
    const { url } = ollama;
    await ollama.stop();
    await expect(fetch(`${url}/api/version`)).rejects.toThrow();
    await ollama.restart();
    expect(ollama.url).toBe(url);
    expect(await (await fetch(`${url}/api/version`)).json()).toEqual({ version: expect.any(String) });
  });

  it('lists and shows its models, and knows none that was removed', async () => {
    await using ollama = await start({
      models: [{ name: 'qwen3:8b', contextLength: 40_960, architecture: 'qwen3' }, 'codestral'],
    });
    const tags = (await (await fetch(`${ollama.url}/api/tags`)).json()) as object;
    expect(tags).toMatchObject({ models: [{ name: 'qwen3:8b' }, { name: 'codestral:latest' }] });
    const shown = await post(ollama, '/api/show', { model: 'qwen3:8b' });
    expect(JSON.parse(shown.text)).toMatchObject({
      model_info: { 'qwen3.context_length': 40_960 },
      capabilities: ['completion'],
    });
    ollama.remove('qwen3:8b');
    expect((await post(ollama, '/api/show', { model: 'qwen3:8b' })).status).toBe(404);
  });

  it('embeds in vectors of length 1 that depend on the text alone, and refuses what it may not truncate', async () => {
    await using ollama = await start();
    const ask = (body: object) => post(ollama, '/api/embed', { model: 'mistral:7b', ...body });
    const { embeddings } = JSON.parse((await ask({ input: ['count words', 'count words', 'the blue sea'] })).text) as {
      embeddings: number[][];
    };
    for (const vector of embeddings) expect(Math.hypot(...vector)).toBeCloseTo(1, 9);
    expect(embeddings[0]).toEqual(embeddings[1]);
    expect(embeddings[0]).not.toEqual(embeddings[2]);
    const tooLong = { input: 'x '.repeat(300), options: { num_ctx: 256 } };
    expect((await ask(tooLong)).status).toBe(200);
    expect(await ask({ ...tooLong, truncate: false })).toMatchObject({
      status: 400,
      text: '{"error":"the input length exceeds the context length"}',
    });
  });
});
