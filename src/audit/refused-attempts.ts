import type { EventDraft, EventStore } from '../events/index.ts';
import { asNobody } from '../kernel/acting.ts';
import type { RefusedAttempt } from '../policy/index.ts';

/** Events that may come of refusals at once; after that one a minute, whatever comes. */
const BURST = 100;
const REFILL_MS = 60_000;
/** Equal attempts within this time are one event. */
const GATHER_MS = 1000;
const STREAM = 'access';

type Refusal = Extract<EventDraft, { eventType: 'ACCESS_REFUSED' }>['data'];

/**
 * Has refused attempts told in the log, but no more than a disk can bear: equal ones are counted, and of a flood only so
 * many are told one by one, with how many there were besides. Never holds anybody up; a log that cannot be written loses
 * nothing but these.
 */
export class RefusedAttempts {
  private readonly gathered = new Map<string, { readonly attempt: RefusedAttempt; count: number }>();
  private untold = 0;
  private left = BURST;
  private refilledAt: number;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly events: Pick<EventStore, 'append'>,
    private readonly report: (error: unknown) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.refilledAt = now();
  }

  add(attempt: RefusedAttempt): void {
    const name = JSON.stringify(attempt);
    const known = this.gathered.get(name);
    if (known) known.count += 1;
    else if (this.takesOneMore()) this.gathered.set(name, { attempt, count: 1 });
    else this.untold += 1;
    if (this.gathered.size > 0) this.timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref();
  }

  /** Resolves once what was gathered is on disk, or was refused by it. Safe to repeat. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const drafts = this.drafts();
    if (drafts.length > 0) this.writing = this.writing.then(() => this.write(drafts));
    return this.writing;
  }

  private drafts(): readonly EventDraft[] {
    const refusals = [...this.gathered.values()].map(({ attempt, count }, index): Refusal => {
      const { door, ...told } = attempt;
      const untold = index === 0 ? this.untold : 0;
      return { ...told, door: door === 'schedule' || door === 'system' ? 'rest' : door, count, untold };
    });
    this.gathered.clear();
    if (refusals.length > 0) this.untold = 0;
    return refusals.map((data) => ({ eventType: 'ACCESS_REFUSED', data }));
  }

  private async write(drafts: readonly EventDraft[]): Promise<void> {
    try {
      await asNobody(() => this.events.append(STREAM, drafts));
    } catch (error) {
      this.report(error);
    }
  }

  private takesOneMore(): boolean {
    const refilled = Math.floor((this.now() - this.refilledAt) / REFILL_MS);
    this.left = Math.min(BURST, this.left + refilled);
    this.refilledAt += refilled * REFILL_MS;
    if (this.left === 0) return false;
    this.left -= 1;
    return true;
  }
}
