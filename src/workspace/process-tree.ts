import { readdir, readFile } from 'node:fs/promises';

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
    const sizes = await Promise.all(
      [...this.members].map(async (pid) => [await statOf(pid), await rssOf(pid)] as const),
    );
    return {
      processes: this.members.size,
      memoryBytes: sizes.reduce((sum, [, bytes]) => sum + bytes, 0),
      cpuSeconds: sizes.reduce((sum, [stat]) => sum + (stat?.cpuTicks ?? 0), 0) / TICKS_PER_SECOND,
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
    const stats = await Promise.all(fresh.map(async (pid) => [pid, await statOf(pid)] as const));
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

async function statOf(pid: number): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The name in brackets may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 15) return null;
  const number = (index: number) => Number(fields[index]);
  return { parent: number(1), group: number(2), cpuTicks: number(11) + number(12) + number(13) + number(14) };
}

async function rssOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1024;
}

/** The name of a process's program, cut to 15 characters; empty when it is gone. */
export async function programOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
}
