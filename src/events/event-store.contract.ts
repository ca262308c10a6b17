import { afterEach, beforeEach } from '@jest/globals';
import { acceptContract } from './accept.contract.ts';
import { archiveContract } from './archive.contract.ts';
import { appendContract } from './append.contract.ts';
import { readContract } from './read.contract.ts';
import { modelContract } from './model.contract.ts';
import type { StoreUnderTest } from './store-under-test.contract.ts';
import { snapshotContract } from './snapshot.contract.ts';
import { subscribeContract } from './subscribe.contract.ts';

/** What every adapter of EventStore must do; each test gets a store of its own. */
export function eventStoreContract(open: () => Promise<StoreUnderTest>): void {
  let subject: StoreUnderTest;
  const current = () => subject;

  beforeEach(async () => {
    subject = await open();
  });

  afterEach(() => subject.close());

  acceptContract(current);
  appendContract(current);
  readContract(current);
  subscribeContract(current);
  archiveContract(current);
  snapshotContract(current);
  modelContract(current);
}
