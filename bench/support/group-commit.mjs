import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { RawTable } from './raw-table.mjs';

/*
 * A reference: what gathers in one turn of the event loop is one transaction, and nothing else is done. It knows no
 * conflicts, no repetition, no clocks, no hashes and no failures.
 */
class Groups {
  gathered = [];

  append(stream, data) {
    return new Promise((resolve) => {
      if (this.gathered.length === 0) setImmediate(() => this.flush());
      this.gathered.push({ stream, data, resolve });
    });
  }

  flush() {
    const group = this.gathered;
    this.gathered = [];
    this.commit(
      group.map(({ stream, data }) => ({ stream, data })),
      () => group.forEach(({ resolve }) => resolve()),
    );
  }
}

/** Commits in the caller's own thread, which does nothing else meanwhile. */
export class GroupCommitHere extends Groups {
  constructor(path) {
    super();
    this.table = new RawTable(path);
  }

  commit(events, done) {
    this.table.commit(events);
    done();
  }
}

/** Commits in a thread of its own. */
export class GroupCommitInThread extends Groups {
  waiting = [];

  constructor(path) {
    super();
    this.worker = new Worker(new URL(import.meta.url), { workerData: { path } });
    this.worker.on('message', () => this.waiting.shift()());
  }

  commit(events, done) {
    this.waiting.push(done);
    this.worker.postMessage(events);
  }
}

if (!isMainThread && workerData?.path !== undefined) {
  const table = new RawTable(workerData.path);
  parentPort.on('message', (events) => {
    table.commit(events);
    parentPort.postMessage(null);
  });
}
