import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** So many processes are read in one go, in less than two milliseconds. */
const READ_AT_ONCE = 100;

/** Linux counts processor time for user space in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;

export interface TreeUsage {
  readonly processes: number;
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

interface Stat {
  readonly parent: number;
  readonly group: number;
  readonly cpuTicks: number;
}

/**
 * The processes of one run, as /proc shows them: whatever has a member as parent or is in the root's process group.
 * A process is looked at once; after that only members are read again.
 */
export class ProcessTree {
  private readonly members: Set<number>;
  private readonly foreign = new Set<number>([process.pid]);

  constructor(private readonly root: number) {
    this.members = new Set([root]);
  }

  /** What the tree uses now. Where there is no /proc, it cannot be told and counts as nothing. */
  async usage(): Promise<TreeUsage> {
    await this.scan();
    const members = await inTurns([...this.members], (pid) => ({ stat: statOf(pid), rss: rssOf(pid) }));
    return {
      processes: this.members.size,
      memoryBytes: members.reduce((sum, { rss }) => sum + rss, 0),
      cpuSeconds: members.reduce((sum, { stat }) => sum + (stat?.cpuTicks ?? 0), 0) / TICKS_PER_SECOND,
    };
  }

  /** The process ids of the tree, as they are now. */
  async pids(): Promise<readonly number[]> {
    await this.scan();
    return [...this.members];
  }

  private async scan(): Promise<void> {
    const names = await readdir('/proc').catch(() => []);
    const present = new Set(names.map(Number).filter((pid) => pid > 0));
    for (const set of [this.members, this.foreign]) for (const pid of set) if (!present.has(pid)) set.delete(pid);
    const fresh = [...present].filter((pid) => !this.members.has(pid) && !this.foreign.has(pid));
    const stats = await inTurns(fresh, (pid) => [pid, statOf(pid)] as const);
    let unknown = stats.filter((entry): entry is readonly [number, Stat] => entry[1] !== null);
    // A child may have been read before its parent: go on until no new member turns up.
    for (let found = true; found;) {
      const mine = unknown.filter(([, { parent, group }]) => group === this.root || this.members.has(parent));
      found = mine.length > 0;
      for (const [pid] of mine) this.members.add(pid);
      unknown = unknown.filter(([pid]) => !this.members.has(pid));
    }
    for (const [pid] of unknown) this.foreign.add(pid);
  }
}

/** Reads many processes and lets others have their turn in between. */
async function inTurns<T>(pids: readonly number[], read: (pid: number) => T): Promise<readonly T[]> {
  const all: T[] = [];
  for (const pid of pids) {
    if (all.length > 0 && all.length % READ_AT_ONCE === 0) await nextTurn();
    all.push(read(pid));
  }
  return all;
}

function statOf(pid: number): Stat | null {
  const text = textOf(`/proc/${pid}/stat`);
  // The name in brackets may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 15) return null;
  const number = (index: number) => Number(fields[index]);
  return { parent: number(1), group: number(2), cpuTicks: number(11) + number(12) + number(13) + number(14) };
}

function rssOf(pid: number): number {
  const text = textOf(`/proc/${pid}/status`);
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1024;
}

/** The name of a process's program, cut to 15 characters; empty when it is gone. */
export function programOf(pid: number): string {
  return textOf(`/proc/${pid}/comm`).trim();
}

/**
 * Empty when the process is gone. These files are made by the kernel while they are read, in microseconds; to read them
 * through the thread pool takes nine times the processor time, and a buffer of 64 KiB each.
 */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
