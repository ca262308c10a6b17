import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeOnPostgres, temporaryPostgres } from '../../test/support/postgres.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { PostgresDatabase } from '../storage/index.ts';
import { newSecret } from './sign-message.ts';
import { WebhookTable } from './webhook-table.ts';
import { WebhookKeyDiffersError } from './webhooks.errors.ts';

const KEY = 'a text of at least thirty-two bytes';

describeOnPostgres('the key of several instances with directories of their own (PL-3, PL-9)', () => {
  const closing: (() => PromiseLike<void> | void)[] = [];
  let url: string;

  beforeEach(async () => {
    const place = await temporaryPostgres();
    closing.push(() => place[Symbol.asyncDispose]());
    url = place.url;
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function instance() {
    const directory = temporaryDirectory();
    const database = await PostgresDatabase.open({ url });
    closing.push(
      () => database.close(),
      () => directory[Symbol.dispose](),
    );
    const start = (secretKey?: string) => WebhookTable.open(database, { directory: directory.path, secretKey }, 'any');
    const add = async (table: WebhookTable) => {
      const row = {
        id: 'a',
        url: 'https://example.com/',
        secret: newSecret(),
        cursor: 0,
        created_at: 0,
        created_by: 't',
      };
      try {
        await database.write(table.insert(row, {}));
      } catch (error) {
        throw table.explain(error, 'a');
      }
    };
    return { start, add };
  }

  it('is one that all know, or the second one does not start and says which setting it needs', async () => {
    const [first, second] = [await instance(), await instance()];
    await first.start();
    await expect(second.start()).rejects.toThrow(WebhookKeyDiffersError);
    await expect(second.start()).rejects.toThrow(/WEBHOOK_SECRET_KEY/);
    // The only one there is may start again as often as it likes.
    await first.add(await first.start());
    await first.start(KEY);
    expect((await (await second.start(KEY)).find('a')).secret).toMatch(/^whsec_/);
  });

  it('is that of one of two that start at once', async () => {
    const starts = await Promise.allSettled([(await instance()).start(), (await instance()).start()]);
    expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('is not used any more by who has it once another one is agreed on', async () => {
    const [first, second] = [await instance(), await instance()];
    const old = await first.start(`${KEY} of before`);
    await second.start(KEY);
    await expect(first.add(old)).rejects.toThrow(WebhookKeyDiffersError);
  });
});
