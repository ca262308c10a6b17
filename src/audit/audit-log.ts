import type { EventStore } from '../events/index.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { AuditFollower } from './audit-follower.ts';
import type { AuditFilter, AuditIndex } from './audit-index.ts';
import { entryOf } from './entry-of.ts';

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** Give it as `cursor` for the page after; null at the end. */
  readonly nextCursor: number | null;
}

const EXPORT_PAGE = 200;

/** Who did what, when, by which door, why, and what came of it: told from the events themselves, and so as lasting as they. */
export class AuditLog {
  constructor(
    private readonly events: EventStore,
    private readonly index: AuditIndex,
    private readonly follower: Pick<AuditFollower, 'catchUp'>,
  ) {}

  /** Everything included that was done before it was asked. What is added later changes no page that comes after. */
  async page(
    filter: AuditFilter,
    { cursor, limit }: { readonly cursor?: number | undefined; readonly limit: number },
  ): Promise<AuditPage> {
    await this.follower.catchUp();
    // One more tells whether there is another page.
    const places = { limit: limit + 1, ...(cursor === undefined ? {} : { before: cursor }) };
    const found = await this.index.find(filter, places);
    const entries = await this.entries(found.slice(0, limit));
    return { entries, nextCursor: found.length > limit ? (found[limit - 1] ?? null) : null };
  }

  /** The oldest first, up to where the log stood when it was asked; a page at a time is in memory. */
  async *all(filter: AuditFilter): AsyncGenerator<readonly AuditEntry[], void, undefined> {
    const last = await this.events.lastSequence();
    await this.follower.catchUp();
    for (let after = 0; ;) {
      const found = (await this.index.find(filter, { after, limit: EXPORT_PAGE })).filter((place) => place <= last);
      if (found.length > 0) yield await this.entries(found);
      if (found.length < EXPORT_PAGE) return;
      after = found.at(-1) ?? last;
    }
  }

  private async entries(places: readonly number[]): Promise<readonly AuditEntry[]> {
    const pages = await Promise.all(places.map((place) => this.events.readAll({ after: place - 1, limit: 1 })));
    return pages.flat().flatMap((event) => entryOf(event) ?? []);
  }
}
