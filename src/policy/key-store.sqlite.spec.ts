import { join } from 'node:path';
import { describe } from '@jest/globals';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { SqliteDatabase } from '../storage/index.ts';
import { keyStoreContract } from './key-store.contract.ts';

describe('KeyStore on SQLite (PL-3)', () => {
  keyStoreContract(async () => {
    const place = temporaryDirectory();
    const opened: SqliteDatabase[] = [];
    const another = async () => {
      const database = await SqliteDatabase.open({ path: join(place.path, 'keys.db') });
      opened.push(database);
      return database;
    };
    return {
      database: await another(),
      another,
      close: async () => {
        await Promise.all(opened.map((each) => each.close()));
        place[Symbol.dispose]();
      },
    };
  });
});
