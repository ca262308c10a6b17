import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EventLog, eventLog } from '../../../test/support/event-log.ts';
import { referenceTime } from '../../../test/support/processor-time.ts';
import { eventually } from '../../../test/support/rest.ts';
import { taskWithFix } from '../../../test/support/task-with-fix.ts';
import { Embedder, ModelUnavailableError } from '../../llm/index.ts';
import { type GuardedStatement, SqliteDatabase } from '../../storage/index.ts';
import { changes } from './knowledge-changes.ts';
import { KnowledgeNotFoundError } from './knowledge.errors.ts';
import { OfflineCache } from './offline-cache.ts';

/** Turns a text into how often it has some letters: near each other are texts with the same ones. */
class LetterEmbedder extends Embedder {
  readonly model = 'letters';
  texts = 0;
  fails = false;

  embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (this.fails) return Promise.reject(new ModelUnavailableError(this.model, 'down'));
    this.texts += texts.length;
    return Promise.resolve(
      texts.map((text) => {
        const counts = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => text.toLowerCase().split(letter).length - 1);
        const length = Math.hypot(...counts) || 1;
        return Float32Array.from(counts, (count) => count / length);
      }),
    );
  }
}

describe('what past tasks have taught (CX-11)', () => {
  let log: EventLog;
  let warnings: string[];
  const opened: OfflineCache[] = [];

  beforeEach(async () => {
    log = await eventLog();
    warnings = [];
  });

  afterEach(async () => {
    for (const cache of opened.splice(0)) await cache.stop();
    await log.close();
  });

  async function open(embedder: Embedder | null = null): Promise<OfflineCache> {
    const warn = (message: string) => warnings.push(message);
    const cache = await OfflineCache.open({ events: log.events, database: log.database, embedder, warn });
    opened.push(cache);
    return cache;
  }

  async function learned(): Promise<OfflineCache> {
    await log.events.append('dates', taskWithFix('src/parseDate.js', 'RangeError: Invalid time value', 'check isNaN'));
    await log.events.append('mail', taskWithFix('src/validateEmail.js', 'regex too greedy', 'anchor the pattern'));
    const cache = await open();
    await cache.catchUp();
    return cache;
  }

  const run = (...statements: readonly string[]) =>
    log.database.write(statements.map((sql): GuardedStatement => ({ sql, parameters: [] })));

  it('is found again by its words, names also by their parts [CX-11]', async () => {
    const cache = await learned();
    const [first] = await cache.search('Invalid time value', { kinds: ['fix'] });
    expect(first).toMatchObject({
      foundBy: ['words'],
      entry: { kind: 'fix', taskId: 'dates', module: 'src/parseDate.js' },
    });
    const emails = await cache.search('an email that is validated');
    expect(emails.map(({ entry }) => entry.taskId)).toEqual(['mail', 'mail']);
    await cache.correct(emails[0]!.entry.id, { text: 'Überprüfung von Café@example.com, 检查邮件', by: 'ada' });
    for (const words of ['überprüfung', 'CAFE\u0301', '邮']) {
      expect((await cache.search(words)).map(({ entry }) => entry.id)).toEqual([emails[0]?.entry.id]);
    }
    expect(await cache.search('quaternion')).toEqual([]);
    expect(await cache.search('" OR ) * NEAR( ^ -')).toEqual([]);
    expect(await cache.search('')).toEqual([]);
  });

  it('is found by its meaning where there is an embedder, and by words alone while it fails [CX-11]', async () => {
    await learned();
    const embedder = new LetterEmbedder();
    const cache = await open(embedder);
    cache.start();
    await eventually(
      () => Promise.resolve(embedder.texts),
      (texts) => texts >= 4,
    );
    const found = await eventually(
      () => cache.search('ParseDate rangeerror invalid'),
      (hits) => hits.some(({ foundBy }) => foundBy.length === 2),
    );
    expect(found[0]?.entry.taskId).toBe('dates');
    expect(found.some(({ foundBy }) => foundBy.join() === 'meaning')).toBe(true);
    embedder.fails = true;
    const byWords = await cache.search('invalid');
    expect(byWords.map(({ foundBy }) => foundBy)).toEqual(byWords.map(() => ['words']));
    expect(warnings.join()).toContain('words alone');
  });

  it('is learned as tasks end while it follows the log, each once, and kept between sessions [CX-11]', async () => {
    const cache = await open();
    cache.start();
    await log.events.append('a', taskWithFix('a.js', 'one', 'fixed'));
    await eventually(
      () => cache.list({ limit: 10 }),
      (entries) => entries.length === 2,
    );
    await cache.stop();
    await log.events.append('b', taskWithFix('b.js', 'two', 'fixed'));
    const next = await open();
    expect(await next.list({ limit: 10 })).toHaveLength(2);
    const other = await open();
    await Promise.all([next.catchUp(), other.catchUp(), next.catchUp()]);
    const entries = await other.list({ limit: 10 });
    expect(entries.map(({ taskId, kind }) => `${taskId} ${kind}`)).toEqual([
      'b pattern',
      'b fix',
      'a pattern',
      'a fix',
    ]);
    expect(await other.list({ limit: 1, kind: 'fix', before: entries[1]?.position ?? 0 })).toMatchObject([
      { taskId: 'a', kind: 'fix' },
    ]);
    expect(warnings).toEqual([]);
  });

  it('can be put right and forgotten by a person, as facts in the log [CX-11]', async () => {
    const cache = await learned();
    const [fix, pattern] = (await cache.list({ limit: 10 })).filter(({ taskId }) => taskId === 'dates').reverse();
    const put = await cache.correct(fix!.id, { text: 'Use Temporal instead.', by: 'ada' });
    expect(put).toMatchObject({ title: fix?.title, text: 'Use Temporal instead.', correctedBy: 'ada' });
    expect((await cache.search('temporal'))[0]?.entry.id).toBe(fix?.id);
    await cache.forget(pattern!.id, 'ada');
    await expect(cache.get(pattern!.id)).rejects.toThrow(KnowledgeNotFoundError);
    await expect(cache.forget(pattern!.id, 'ada')).rejects.toThrow(KnowledgeNotFoundError);
    await expect(cache.correct(fix!.id, { title: ' ', by: 'ada' })).rejects.toThrow(/title: must have/);
    await expect(cache.correct(fix!.id, { text: 'x'.repeat(4001), by: 'ada' })).rejects.toThrow(/text: must have/);
    const facts = await log.events.readAll({ after: 0, types: ['KNOWLEDGE_CORRECTED', 'KNOWLEDGE_FORGOTTEN'] });
    expect(facts.map(({ data }) => data)).toEqual([
      { id: fix?.id, title: fix?.title, text: 'Use Temporal instead.', by: 'ada' },
      { id: pattern?.id, by: 'ada' },
    ]);
  });

  it('is one entry however many tasks teach it, and stays forgotten when another one does [CX-11]', async () => {
    const course = taskWithFix('src/date.js', 'RangeError: Invalid time value', 'two');
    await log.events.append('first', course);
    await log.events.append('second', course);
    const cache = await open();
    await cache.catchUp();
    const entries = await cache.list({ limit: 10 });
    expect(entries.map(({ kind, taskId }) => [kind, taskId])).toEqual([
      ['pattern', 'first'],
      ['fix', 'first'],
    ]);
    await cache.forget(entries[1]!.id, 'ada');
    await log.events.append('third', course);
    await cache.catchUp();
    expect(await cache.list({ limit: 10 })).toEqual(entries.slice(0, 1));
    await run('DELETE FROM knowledge_cursor');
    const again = await open();
    await again.catchUp();
    expect((await again.list({ limit: 10 })).map(({ kind }) => kind)).toEqual(['pattern']);
  });

  it.each([
    ['a table is missing', ['DROP TABLE knowledge']],
    ['another table is missing', ['DROP TABLE knowledge_vectors']],
    ['the index is missing', ['DROP TABLE knowledge_vocabulary', 'DROP TABLE knowledge_words']],
    ['all entries are gone', ['DELETE FROM knowledge']],
    ['the cursor is gone', ['DELETE FROM knowledge_cursor']],
    ['the index does not fit', [`INSERT INTO knowledge_words (knowledge_words) VALUES ('delete-all')`]],
  ])('is read again from the log, with a warning, when %s [CX-11]', async (_, damage) => {
    const cache = await learned();
    const [first] = await cache.list({ limit: 1 });
    await cache.correct(first!.id, { title: 'Better', by: 'ada' });
    const before = await cache.list({ limit: 10 });
    await run(...damage);
    const repaired = await open();
    expect(warnings).toEqual([expect.stringContaining('is read again from the log')]);
    await repaired.catchUp();
    expect(await repaired.list({ limit: 10 })).toEqual(before);
    expect(await repaired.search('time value')).not.toEqual([]);
  });

  it('is read again from the log when a search finds the index gone [CX-11]', async () => {
    const cache = await learned();
    await run('DROP TABLE knowledge_vocabulary', 'DROP TABLE knowledge_words');
    expect(await cache.search('time value')).not.toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('is read again from the log')]);
    expect(await cache.list({ limit: 10 })).toHaveLength(4);
  });

  it('goes on by itself when a table is lost while it follows the log [CX-11]', async () => {
    const cache = await learned();
    cache.start();
    await run('DROP TABLE knowledge');
    await log.events.append('c', taskWithFix('c.js', 'three', 'fixed'));
    const entries = await eventually(
      () => cache.list({ limit: 10 }),
      (found) => found.length === 6,
    );
    expect(entries[0]?.taskId).toBe('c');
  });

  it('is searched in less than 50 ms among 10,000 entries, by words and by vectors of 768 numbers, on a slower machine in as many times more [CX-11, CX-15]', async () => {
    const cache = await open();
    const nouns = 'parser cache queue token socket plan index date email file user graph timer event record'.split(' ');
    const verbs = 'throws returns ignores overflows leaks blocks repeats loses truncates rejects'.split(' ');
    for (let batch = 0; batch < 10; batch++) {
      const statements = Array.from({ length: 1000 }, (_unused, index) => {
        const number = batch * 1000 + index;
        const sentence = `${nouns[number % 15]} ${verbs[number % 10]} ${nouns[(number * 7) % 15]} E${number % 997}. `;
        return changes.learn({
          id: `fix-${number}`,
          kind: 'fix',
          title: sentence,
          text: sentence.repeat(20),
          taskId: `task-${number % 500}`,
          module: `src/${nouns[number % 15]}${number % 100}.js`,
          language: 'javascript',
          eventId: String(number),
        });
      });
      await log.database.write([...statements.flat(), changes.moveCursor(0, 0)]);
    }
    class WideEmbedder extends Embedder {
      readonly model = 'wide';
      embed(texts: readonly string[]) {
        return Promise.resolve(
          texts.map((text) =>
            Float32Array.from({ length: 768 }, (_unused, index) => Math.sin(text.length * (index + 1)) / 20),
          ),
        );
      }
    }
    const wide = await open(new WideEmbedder());
    const vector = new Uint8Array((await new WideEmbedder().embed(['some text']))[0]!.buffer);
    await log.database.write([
      {
        sql: `INSERT INTO knowledge_vectors (position, model, vector) SELECT position, 'wide', ? FROM knowledge`,
        parameters: [vector],
      },
    ]);
    const question = 'the parser throws E42 when the token queue overflows and the socket leaks';
    expect(await cache.search(question)).toHaveLength(10);
    expect(await referenceTime(50, () => cache.search(question))).toBeLessThan(50);
    expect(await referenceTime(50, () => wide.search(question))).toBeLessThan(50);
  });

  it('is the same for two databases with the same log [CX-11]', async () => {
    const cache = await learned();
    const path = join(log.database instanceof SqliteDatabase ? log.database.path : '', '..', 'other.db');
    const other = await SqliteDatabase.open({ path });
    try {
      const copy = await OfflineCache.open({
        events: log.events,
        database: other,
        embedder: null,
        warn: () => undefined,
      });
      await copy.catchUp();
      expect(await copy.list({ limit: 100 })).toEqual(await cache.list({ limit: 100 }));
    } finally {
      await other.close();
    }
  });
});
