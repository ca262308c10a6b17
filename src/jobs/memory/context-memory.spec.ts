import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EventLog, eventLog } from '../../../test/support/event-log.ts';
import { FakeOllama } from '../../../test/support/fake-ollama.ts';
import { eventually } from '../../../test/support/rest.ts';
import { OfflineCache } from '../../context/index.ts';
import { readConfiguration } from '../../kernel/configuration.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import type { Json } from '../../kernel/json.ts';
import { type Embedder, resolveEmbedder } from '../../llm/index.ts';
import { ExecutorRegistry, validateSteps } from '../executors/executor-registry.ts';
import { RecallExecutor, RememberExecutor } from '../executors/memory.executors.ts';
import { TaskGraph } from '../graph/task-graph.ts';
import { ContextMemory } from './context-memory.ts';
import { ShortTermMemory } from './short-term-memory.ts';

describe('what jobs remember for a while (JB-11; unit list 6.3)', () => {
  let now = 0;
  const memory = (limits = {}) => new ShortTermMemory(limits, () => now);

  it('is there until its time is over, and can be taken out before [JB-11]', () => {
    const short = memory();
    short.set('token', { a: [1] }, 1000);
    short.set('other', 'x', 5000);
    now += 999;
    expect(short.get('token')).toEqual({ a: [1] });
    now += 1;
    expect([short.get('token'), short.get('other'), short.get('never')]).toEqual([undefined, 'x', undefined]);
    short.delete('other');
    short.delete('other');
    expect([short.get('other'), short.size]).toEqual([undefined, 0]);
  });

  it('begins anew with a new value [JB-11]', () => {
    const short = memory();
    short.set('a', 1, 1000);
    now += 900;
    short.set('a', null, 1000);
    now += 900;
    expect(short.get('a')).toBeNull();
  });

  it('is a copy that nobody can change [JB-11]', () => {
    const short = memory();
    const list = [1];
    short.set('a', list, 1000);
    list.push(2);
    expect(short.get('a')).toEqual([1]);
    expect(Object.isFrozen(short.get('a'))).toBe(true);
  });

  it('makes room among what is over first, then among what was not used for longest [JB-11]', () => {
    const short = memory({ maxEntries: 3 });
    short.set('old', 1, 10_000);
    short.set('over', 1, 10);
    short.set('used', 1, 10_000);
    now += 10;
    short.set('new', 1, 10_000);
    expect([short.size, short.get('old')]).toEqual([3, 1]);
    short.get('used');
    short.set('newer', 1, 10_000);
    expect(['old', 'used', 'new', 'newer'].map((key) => short.get(key))).toEqual([1, 1, undefined, 1]);
  });

  it('never takes more room than it has [JB-11]', () => {
    const short = memory({ maxCharacters: 1000 });
    for (let index = 0; index < 100; index++) short.set(`k${index}`, 'x'.repeat(95), 10_000);
    expect(short.size).toBe(10);
    expect(() => short.set('big', 'x'.repeat(1000), 10)).toThrow('more than all room (1000)');
    expect(short.size).toBe(10);
  });

  it('refuses what cannot be kept, and says why [JB-11]', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const short = memory();
    expect(() => short.set('', 1, 1000)).toThrow('key: must have 1 to 500 characters');
    expect(() => short.set('a', 1, 0)).toThrow('ttlMs: 0 does not fit');
    expect(() => short.set('a', 1, Number.NaN)).toThrow(InvalidInputError);
    expect(() => short.set('a', circle as unknown as Json, 1000)).toThrow('refers back to itself');
  });
});

describe('what jobs remember for good (JB-11; unit list 6.3)', () => {
  let log: EventLog;
  const opened: OfflineCache[] = [];

  beforeEach(async () => {
    log = await eventLog();
  });

  afterEach(async () => {
    for (const cache of opened.splice(0)) await cache.stop();
    await log.close();
  });

  async function open(embedder: Embedder | null = null): Promise<{ memory: ContextMemory; cache: OfflineCache }> {
    const cache = await OfflineCache.open({
      events: log.events,
      database: log.database,
      embedder,
      warn: () => undefined,
    });
    opened.push(cache);
    return { memory: new ContextMemory(new ShortTermMemory(), cache, log.events), cache };
  }

  it('is found by its words, with what was given with it [JB-11]', async () => {
    const { memory } = await open();
    await memory.store({
      text: 'The portal of the bank wants a code from the phone.',
      subject: 'job-1',
      metadata: { page: 3 },
    });
    await memory.store({ text: 'Invoices are in the archive.', subject: 'job-2' });
    expect(await memory.search('bank portal')).toMatchObject([
      { text: expect.stringContaining('phone'), subject: 'job-1', metadata: { page: 3 }, foundBy: ['words'] },
    ]);
    expect(await memory.search('submarine')).toEqual([]);
    expect(await memory.search('archive portal', 1)).toHaveLength(1);
  });

  it('is found by its meaning where there is an embedding model [JB-11]', async () => {
    await using ollama = await FakeOllama.start({ respond: () => '', models: [{ name: 'nomic-embed-text' }] });
    const configuration = readConfiguration({
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      EMBEDDING_MODEL: 'nomic-embed-text',
    });
    const { memory, cache } = await open(resolveEmbedder(configuration));
    cache.start();
    await memory.store({ text: 'alpha beta gamma', subject: 'job-1' });
    const found = await eventually(
      () => memory.search('delta'),
      (hits) => hits.length > 0,
    );
    expect(found).toMatchObject([{ text: 'alpha beta gamma', foundBy: ['meaning'] }]);
  });

  it('is one entry however often it is stored, and in the log, so that it is there after a loss [JB-11]', async () => {
    const { memory } = await open();
    const first = await memory.store({ text: 'Twice', subject: 'job-1' });
    expect(await memory.store({ text: 'Twice', subject: 'job-2' })).toEqual(first);
    await log.database.write([{ sql: 'DROP TABLE knowledge', parameters: [] }]);
    const again = await open();
    await again.cache.catchUp();
    expect(await again.memory.search('twice')).toMatchObject([{ id: first?.id, subject: 'job-1' }]);
  });

  it('can be put right and forgotten by people like all that was learned [JB-11]', async () => {
    const { memory, cache } = await open();
    const entry = await memory.store({ text: 'The door is red', subject: 'job-1' });
    await cache.correct(entry?.id ?? '', { text: 'The door is green', by: 'ada' });
    expect(await memory.search('green')).toHaveLength(1);
    await cache.forget(entry?.id ?? '', 'ada');
    expect(await memory.search('door')).toEqual([]);
    expect(await memory.store({ text: 'The door is red', subject: 'job-1' })).toBeNull();
  });

  it('is kept and found by steps of jobs [JB-9, JB-11]', async () => {
    const { memory } = await open();
    const registry = new ExecutorRegistry([new RememberExecutor(memory), new RecallExecutor(memory)]);
    const { signal } = new AbortController();
    const run = async (action: string, params: Readonly<Record<string, Json>>) => {
      const graph = TaskGraph.build([{ id: 'a', action, params }]);
      validateSteps(graph, registry);
      const [step] = graph.steps;
      return step && registry.execute(step, { signal });
    };
    expect(await run('remember', { text: 'The portal closes at noon', subject: 'bank' })).toMatchObject({
      ok: true,
      result: { id: expect.stringMatching(/^memory-/) },
    });
    expect(await run('recall', { query: 'when does the portal close at noon' })).toMatchObject({
      ok: true,
      result: { found: [{ text: 'The portal closes at noon', subject: 'bank' }] },
    });
    expect(await run('recall', { query: 'submarine', atLeast: 1 })).toMatchObject({
      ok: false,
      error: { message: 'Step a was done, but 0 texts were found, not 1' },
    });
    await expect(run('remember', {})).rejects.toThrow('steps[0].params.text: is missing');
  });

  it('is bounded: no empty text, none of more than 4,000 characters, no large metadata [JB-11]', async () => {
    const { memory } = await open();
    await expect(memory.store({ text: '  ', title: 'x', subject: 'j' })).rejects.toThrow(
      'text: must have 1 to 4000 characters',
    );
    await expect(memory.store({ text: 'x'.repeat(4001), subject: 'j' })).rejects.toBeInstanceOf(InvalidInputError);
    await expect(memory.store({ text: 'x', subject: 'j', metadata: { a: 'x'.repeat(10_001) } })).rejects.toThrow(
      'metadata',
    );
  });

  it('never gets between what tasks have taught [JB-11]', async () => {
    const { memory, cache } = await open();
    await memory.store({ text: 'Invalid time value', subject: 'job-1' });
    expect(await cache.search('Invalid time value', { kinds: ['fix', 'decision', 'pattern'] })).toEqual([]);
  });
});
