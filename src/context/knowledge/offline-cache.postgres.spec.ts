import { expect, it } from '@jest/globals';
import { describeOnPostgres, runSql, temporaryPostgres } from '../../../test/support/postgres.ts';
import { taskWithFix } from '../../../test/support/task-with-fix.ts';
import { PostgresEventStore } from '../../events/index.ts';
import { Embedder } from '../../llm/index.ts';
import { PostgresDatabase } from '../../storage/index.ts';
import { OfflineCache } from './offline-cache.ts';

/** Tells apart what speaks of dates from all else. */
class DateEmbedder extends Embedder {
  readonly model = 'dates';
  embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    return Promise.resolve(texts.map((text) => Float32Array.from(/date|calendar/i.test(text) ? [1, 0] : [0, 1])));
  }
}

describeOnPostgres('what past tasks have taught, in PostgreSQL (CX-11)', () => {
  it('is learned, found, put right, forgotten, and read again from the log when it is damaged [CX-11]', async () => {
    await using place = await temporaryPostgres();
    const database = await PostgresDatabase.open({ url: place.url });
    const warnings: string[] = [];
    const events = await PostgresEventStore.open({ database });
    const open = () =>
      OfflineCache.open({ events, database, embedder: new DateEmbedder(), warn: (text) => warnings.push(text) });
    try {
      await events.append('dates', taskWithFix('src/parseDate.js', "it's a RangeError", 'check isNaN'));
      await events.append('mail', taskWithFix('src/validateEmail.js', 'regex too greedy', 'anchor it'));
      const cache = await open();
      cache.start();
      await cache.catchUp();
      const [found] = await cache.search("a 'greedy' \\ email", { kinds: ['fix'] });
      expect(found).toMatchObject({ entry: { taskId: 'mail', kind: 'fix' } });
      const id = found?.entry.id ?? '';
      expect(await cache.correct(id, { text: 'Use a library', by: 'ada' })).toMatchObject({ correctedBy: 'ada' });
      const inNewWords = (await cache.search('library')).filter(({ foundBy }) => foundBy.includes('words'));
      expect(inNewWords.map(({ entry }) => entry.id)).toEqual([id]);
      const [newest] = await cache.list({ limit: 1 });
      await cache.forget(newest?.id ?? '', 'ada');
      await cache.stop();
      const before = (await cache.list({ limit: 10 })).map(({ id: each, text }) => ({ each, text }));
      expect(before).toHaveLength(3);
      await runSql(place.url, 'DROP TABLE knowledge');
      const repaired = await open();
      await repaired.catchUp();
      expect(warnings).toEqual([expect.stringContaining('is read again from the log')]);
      expect((await repaired.list({ limit: 10 })).map(({ id: each, text }) => ({ each, text }))).toEqual(before);
      repaired.start();
      await repaired.stop();
    } finally {
      await database.close();
    }
  });
});
