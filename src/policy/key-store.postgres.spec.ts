import { describeOnPostgres, temporaryPostgres } from '../../test/support/postgres.ts';
import { PostgresDatabase } from '../storage/index.ts';
import { keyStoreContract } from './key-store.contract.ts';

describeOnPostgres('KeyStore on PostgreSQL (PL-3)', () => {
  keyStoreContract(async () => {
    const place = await temporaryPostgres();
    const opened: PostgresDatabase[] = [];
    const another = async () => {
      const database = await PostgresDatabase.open({ url: place.url });
      opened.push(database);
      return database;
    };
    return {
      database: await another(),
      another,
      close: async () => {
        await Promise.all(opened.map((each) => each.close()));
        await place[Symbol.asyncDispose]();
      },
    };
  });
});
