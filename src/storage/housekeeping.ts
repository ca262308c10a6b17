import { statSync } from 'node:fs';
import type { Connection } from './connection.ts';

/** A log file beyond this is folded back and cut even while writes go on. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;
/** So many commits between two looks at the log file's size. */
const COMMITS_PER_LOOK = 256;
/** Fewer free pages than this are worth keeping for the next writes. */
const MIN_FREE_PAGES = 256;
/** Pages given back at a time: a piece takes milliseconds. */
const PAGES_PER_PIECE = 512;

/**
 * Keeps the database's files as small as what is in them: folds the write-ahead log back and gives free pages to the file
 * system, in pieces, when nobody writes. What cannot be done now, for a reader or another process, is done later.
 */
export class Housekeeping {
  private readonly connection: Connection;
  private readonly log: string;
  private commits = 0;
  private due = false;

  constructor(connection: Connection, path: string) {
    this.connection = connection;
    this.log = `${path}-wal`;
  }

  /** To be called after each group of writes. Does nothing that takes long, unless the log has grown without bound. */
  committed(): void {
    this.due = true;
    this.commits += 1;
    if (this.commits % COMMITS_PER_LOOK === 0 && this.logBytes() > MAX_LOG_BYTES) this.foldLog();
  }

  /** Whether there is something to be done when nobody writes. */
  get isDue(): boolean {
    return this.due;
  }

  /** One piece of work. */
  work(): void {
    this.due = false;
    if (this.freePages() >= MIN_FREE_PAGES) {
      this.quietly(`PRAGMA incremental_vacuum(${PAGES_PER_PIECE})`);
      // Not every file can give pages back: one that was made by an older version keeps them for its next writes.
      this.due = this.freePages() >= MIN_FREE_PAGES && this.canShrink();
    }
    if (!this.due && this.logBytes() > 0) this.foldLog();
  }

  /** Waits for nobody: where the log is in use it stays. */
  private foldLog(): void {
    this.quietly('PRAGMA busy_timeout = 0');
    this.quietly('PRAGMA wal_checkpoint(TRUNCATE)');
    this.quietly(`PRAGMA busy_timeout = ${this.connection.busyTimeoutMs}`);
  }

  private canShrink(): boolean {
    const INCREMENTAL = 2;
    return this.number('PRAGMA auto_vacuum') === INCREMENTAL;
  }

  private freePages(): number {
    return this.number('PRAGMA freelist_count');
  }

  private number(sql: string): number {
    const [value] = this.quietly(sql)[0] ?? [];
    return Number(value ?? 0);
  }

  private logBytes(): number {
    try {
      return statSync(this.log, { throwIfNoEntry: false })?.size ?? 0;
    } catch {
      // Nobody may look there any more.
      return 0;
    }
  }

  private quietly(sql: string): readonly (readonly unknown[])[] {
    try {
      return this.connection.prepare(sql, 'arrays').all() as unknown as readonly unknown[][];
    } catch {
      // Writes meet the same failure and report it.
      return [];
    }
  }
}
